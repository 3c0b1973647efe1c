/**
 * Validates a statement in the standard's forms with Calcite, types its parameters and converts it to relational algebra,
 * with the rules of DuckDB where the two differ.
 */
@NullMarked
package io.gatehouse.sql.validate;

import org.jspecify.annotations.NullMarked;
