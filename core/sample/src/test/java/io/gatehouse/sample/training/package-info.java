/** The training graph against the engine and against Hugging Face, and what training writes. */
@NullMarked
package io.gatehouse.sample.training;

import org.jspecify.annotations.NullMarked;
