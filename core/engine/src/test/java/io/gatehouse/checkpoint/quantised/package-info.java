/** Tests of packings: by hand, and with what other libraries packed. */
@NullMarked
package io.gatehouse.checkpoint.quantised;

import org.jspecify.annotations.NullMarked;
