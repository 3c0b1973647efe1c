/**
 * Runs inside the server: started over HTTP, one at a time, into the file that the server owns, watched and cancelled
 * while they go. How a run is made of a request is told from outside; this package must not know models or SQL.
 */
@NullMarked
package io.gatehouse.server.run;

import org.jspecify.annotations.NullMarked;
