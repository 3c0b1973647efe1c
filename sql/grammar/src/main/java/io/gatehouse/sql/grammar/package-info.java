/**
 * The parser of Gatehouse's SQL: Calcite's template with DuckDB's forms, and the operators that those forms are read
 * as. It knows Calcite's parse trees; it must not know what a form means, nor the catalog.
 */
@NullMarked
package io.gatehouse.sql.grammar;

import org.jspecify.annotations.NullMarked;
