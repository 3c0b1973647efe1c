/**
 * Opens, locks down and compacts DuckDB databases, and turns errors of DuckDB into ours. It knows the schema, and no
 * run.
 */
@NullMarked
package io.gatehouse.store.database;

import org.jspecify.annotations.NullMarked;
