/**
 * The DuckDB file that keeps every gate decision of a run. A {@link io.gatehouse.store.Store} owns the file, hands out
 * reading connections and starts runs; a {@link io.gatehouse.store.RunWriter} writes one run, a shard of questions per
 * transaction. Data arrives as columns and reaches DuckDB as Arrow batches. The package knows DuckDB and Arrow; it
 * must not know a model, a tokenizer, a quiz or Calcite.
 */
@NullMarked
package io.gatehouse.store;

import org.jspecify.annotations.NullMarked;
