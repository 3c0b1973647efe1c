/**
 * From the text of a statement to one statement of DuckDB, in stages: text, parse, policy, limits, validate, convert,
 * unparse. Each stage is a class of its own. It knows the catalog and the functions; it must not open a connection.
 */
@NullMarked
package io.gatehouse.sql.plan;

import org.jspecify.annotations.NullMarked;
