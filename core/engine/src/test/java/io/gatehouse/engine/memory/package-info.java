/** Tests of weights in memory. */
@NullMarked
package io.gatehouse.engine.memory;

import org.jspecify.annotations.NullMarked;
