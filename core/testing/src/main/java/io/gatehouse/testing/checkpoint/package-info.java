/** Small checkpoints and tokenizers, and files that are read independently of the engine. */
@NullMarked
package io.gatehouse.testing.checkpoint;

import org.jspecify.annotations.NullMarked;
