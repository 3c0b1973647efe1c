/** The commands that exist only in a clone: benchmarks, and what makes the sample model and quiz. */
@NullMarked
package io.gatehouse.bench.command;

import org.jspecify.annotations.NullMarked;
