/**
 * Trains the sample model: the OLMoE architecture as a TensorFlow graph with gradients, the training loop, the model card
 * and the export as a Hugging Face checkpoint. It knows the sample quiz and its vocabulary, and that there is an
 * examination at the end; it does not know the engine that runs the checkpoint in it, nor DuckDB.
 */
@NullMarked
package io.gatehouse.sample.training;

import org.jspecify.annotations.NullMarked;
