/**
 * The database file that keeps every routing decision of a run. A {@link io.gatehouse.store.Store} owns the file: it
 * hands out connections to read, starts and resumes runs, imports and deletes them. The packages below know DuckDB
 * and Arrow; none may know a model, a tokenizer, a quiz or Calcite.
 */
@NullMarked
package io.gatehouse.store;

import org.jspecify.annotations.NullMarked;
