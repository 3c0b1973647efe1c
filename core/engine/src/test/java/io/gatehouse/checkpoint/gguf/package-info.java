/** Tests of GGUF files. */
@NullMarked
package io.gatehouse.checkpoint.gguf;

import org.jspecify.annotations.NullMarked;
