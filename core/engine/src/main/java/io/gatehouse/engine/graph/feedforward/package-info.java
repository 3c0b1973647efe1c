/** The feed-forward block of a layer: a dense one, or a router with its experts. */
@NullMarked
package io.gatehouse.engine.graph.feedforward;

import org.jspecify.annotations.NullMarked;
