/** Tests of the engine against a plain decoder and against the outputs of Hugging Face's code. */
@NullMarked
package io.gatehouse.engine;

import org.jspecify.annotations.NullMarked;
