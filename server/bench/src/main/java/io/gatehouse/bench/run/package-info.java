/** Measures what it costs a run to keep what it computes. Must not know SQL. */
@NullMarked
package io.gatehouse.bench.run;

import org.jspecify.annotations.NullMarked;
