/**
 * Replaces the forms of DuckDB's dialect in a parsed statement by those of the SQL standard, form by form. Learns names
 * and types of columns through {@link io.gatehouse.sql.dialect.OutputColumns.PartialValidator} only.
 */
@NullMarked
package io.gatehouse.sql.dialect;

import org.jspecify.annotations.NullMarked;
