/**
 * The server process: it composes the store, the SQL engine and the HTTP layer by {@code new}, opens the port, and
 * stops all of it in order. It knows Jetty and Javalin; it must not know models or runs.
 */
@NullMarked
package io.gatehouse.server;

import org.jspecify.annotations.NullMarked;
