/**
 * What can be named in a statement: the relations of a Gatehouse file and their columns as DuckDB declares them, and
 * the analysis views and table functions of this module. It knows DuckDB's catalogue and Calcite's types; it must not
 * know how a statement is planned or run.
 */
@NullMarked
package io.gatehouse.sql.catalog;

import org.jspecify.annotations.NullMarked;
