/** Random checkpoints, as the checkpoint reader and statistics see them. */
@NullMarked
package io.gatehouse.sample.random;

import org.jspecify.annotations.NullMarked;
