/**
 * DuckDB as a library: where its native part is kept, and what it is not given to read. Every instance of this process is
 * opened here. Knows no schema and no SQL of ours.
 */
@NullMarked
package io.gatehouse.duckdb;

import org.jspecify.annotations.NullMarked;
