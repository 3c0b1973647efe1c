/**
 * The types of SQL values: one definition that the catalog, the engines, the wire formats and the JDBC drivers share. It
 * knows their names; what a type is in DuckDB, Arrow, Spark or JDBC is known where that library is used.
 */
@NullMarked
package io.gatehouse.type;

import org.jspecify.annotations.NullMarked;
