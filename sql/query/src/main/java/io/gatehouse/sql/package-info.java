/**
 * The entry point to the data: SQL text in, rows out, within limits and with one kind of error. It composes the catalog,
 * the planner and a DuckDB connection. It knows the store; it must not know models, runs or HTTP.
 */
@NullMarked
package io.gatehouse.sql;

import org.jspecify.annotations.NullMarked;
