/**
 * What the blocks of a graph are built from: matrix products and norms, weights by name, rows of tokens as rectangles
 * of prompts, lanes of texts. Knows no layer.
 */
@NullMarked
package io.gatehouse.engine.graph.op;

import org.jspecify.annotations.NullMarked;
