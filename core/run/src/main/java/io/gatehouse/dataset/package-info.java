/**
 * Files of records as datasets are published: JSON lines, Parquet and Arrow, each record as one JSON object. Knows DuckDB
 * and Arrow as readers of files; knows no quiz, no model and not the store, and never writes.
 */
@NullMarked
package io.gatehouse.dataset;

import org.jspecify.annotations.NullMarked;
