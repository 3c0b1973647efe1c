/**
 * JDBC over an engine in this process: {@code jdbc:gatehouse:FILE}. It knows the store, the engine and what the driver
 * asks of a session; the classes of {@code java.sql} are the driver's. It must not know HTTP.
 */
@NullMarked
package io.gatehouse.sql.jdbc;

import org.jspecify.annotations.NullMarked;
