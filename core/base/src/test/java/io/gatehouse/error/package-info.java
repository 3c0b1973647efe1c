/** What is said of errors. */
@NullMarked
package io.gatehouse.error;

import org.jspecify.annotations.NullMarked;
