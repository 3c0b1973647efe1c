/**
 * JDBC: the classes of {@code java.sql} over a {@link io.gatehouse.client.Session}, which is an engine in this process or
 * a server at the other end of HTTP. It knows values, types and errors as SQL has them; it must not know how a statement
 * is planned or run, nor any library that the application around it would have to have.
 */
@NullMarked
package io.gatehouse.jdbc;

import org.jspecify.annotations.NullMarked;
