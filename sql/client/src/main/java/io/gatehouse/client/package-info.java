/**
 * Queries and their results: statements, rows, columns, relations. The JDBC driver, the command line, the server and the
 * SQL layer share these types. It must not know how a statement is planned or run, nor JDBC.
 */
@NullMarked
package io.gatehouse.client;

import org.jspecify.annotations.NullMarked;
