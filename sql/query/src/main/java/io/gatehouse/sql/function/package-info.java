/**
 * The operators and functions that a statement may use, each with the type that DuckDB gives it. Whatever is not
 * listed here does not exist for users. It knows Calcite's operators; it must not know the catalog or the planner.
 */
@NullMarked
package io.gatehouse.sql.function;

import org.jspecify.annotations.NullMarked;
