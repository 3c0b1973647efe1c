/**
 * The decoder as a TensorFlow graph, in the order of the data: embedding, layers, head. The blocks of a layer are in
 * {@code mixer} and {@code feedforward}; each says the formula that it computes and its shapes. It holds no weights and runs nothing.
 */
@NullMarked
package io.gatehouse.engine.graph;

import org.jspecify.annotations.NullMarked;
