/**
 * Trains the sample model: the OLMoE architecture as a TensorFlow graph with gradients, the training loop, the
 * measurements for the model card and the export as a Hugging Face checkpoint. It knows the sample quiz and its
 * vocabulary; it does not know the engine that later runs the checkpoint, nor DuckDB.
 */
@NullMarked
package io.gatehouse.sample.training;

import org.jspecify.annotations.NullMarked;
