/**
 * The server process: it composes the store, the SQL engine, the runs and the HTTP layer by {@code new}, opens the
 * port, says beside the file where it is, and stops all of it in order. It knows Jetty and Javalin.
 */
@NullMarked
package io.gatehouse.server;

import org.jspecify.annotations.NullMarked;
