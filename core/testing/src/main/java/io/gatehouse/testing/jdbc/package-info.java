/** Clients of a JDBC driver, over a file or a server. */
@NullMarked
package io.gatehouse.testing.jdbc;

import org.jspecify.annotations.NullMarked;
