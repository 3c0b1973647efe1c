/**
 * Writes relational algebra as one statement of the engine that runs it, DuckDB or another. Knows no text of a user.
 */
@NullMarked
package io.gatehouse.sql.write;

import org.jspecify.annotations.NullMarked;
