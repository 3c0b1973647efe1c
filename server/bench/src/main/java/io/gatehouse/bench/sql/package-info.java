/**
 * Measures the SQL layer beside DuckDB on one file. It knows the engine as its users do, and the store for a connection
 * without it; it must not know what a plan is made of.
 */
@NullMarked
package io.gatehouse.bench.sql;

import org.jspecify.annotations.NullMarked;
