/** Sizes of memory. */
@NullMarked
package io.gatehouse.memory;

import org.jspecify.annotations.NullMarked;
