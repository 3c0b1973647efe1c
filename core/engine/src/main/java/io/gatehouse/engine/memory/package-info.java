/**
 * Weights of a checkpoint in the memory of tensors: read, converted and checked, with all layers resident or two layers
 * streamed. It knows the graph's weights and the checkpoint.
 */
@NullMarked
package io.gatehouse.engine.memory;

import org.jspecify.annotations.NullMarked;
