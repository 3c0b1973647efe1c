/** Tests of the bench of the store. */
@NullMarked
package io.gatehouse.bench;

import org.jspecify.annotations.NullMarked;
