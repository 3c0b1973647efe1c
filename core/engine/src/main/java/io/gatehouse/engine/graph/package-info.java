/**
 * The decoder as a TensorFlow graph, in the order of the data: embedding, attention, router, experts, layer, head. Each
 * block says the formula that it computes and its shapes. It holds no weights and runs nothing.
 */
@NullMarked
package io.gatehouse.engine.graph;

import org.jspecify.annotations.NullMarked;
