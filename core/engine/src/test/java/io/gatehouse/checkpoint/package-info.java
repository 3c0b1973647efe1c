/** Checkpoints good, damaged and hostile, most of them written by the tests themselves. */
@NullMarked
package io.gatehouse.checkpoint;

import org.jspecify.annotations.NullMarked;
