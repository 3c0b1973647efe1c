/** Tests of parts of the graph by themselves. */
@NullMarked
package io.gatehouse.engine.graph;

import org.jspecify.annotations.NullMarked;
