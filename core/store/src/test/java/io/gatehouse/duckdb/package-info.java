/** Tests of how DuckDB is opened. */
@NullMarked
package io.gatehouse.duckdb;

import org.jspecify.annotations.NullMarked;
