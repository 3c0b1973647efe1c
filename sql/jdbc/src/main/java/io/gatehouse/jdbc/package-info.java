/**
 * JDBC: the classes of {@code java.sql} over a {@link io.gatehouse.client.Session}, which is an engine in this process or
 * a server. It knows the values, types and errors of SQL; it must not know how a statement is planned or run, nor need a
 * library that the application would have to bring.
 */
@NullMarked
package io.gatehouse.jdbc;

import org.jspecify.annotations.NullMarked;
