/**
 * The mixer of a layer, one block for each {@link io.gatehouse.checkpoint.config.Mixer}: attention in its variants and
 * recurrences.
 */
@NullMarked
package io.gatehouse.engine.graph.mixer;

import org.jspecify.annotations.NullMarked;
