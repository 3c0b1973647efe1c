/**
 * The server process: it puts store, SQL engine, runs and HTTP layer together, opens the port, writes its address beside
 * the database, and stops everything in order. It knows Jetty and Javalin.
 */
@NullMarked
package io.gatehouse.server;

import org.jspecify.annotations.NullMarked;
