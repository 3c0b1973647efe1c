/**
 * PostgreSQL's wire protocol over the queries of a server: one session for each connection, its prepared statements, portals
 * and cursors. It knows the server's sessions for queries; it must not know the store, DuckDB or HTTP.
 */
@NullMarked
package io.gatehouse.pg;

import org.jspecify.annotations.NullMarked;
