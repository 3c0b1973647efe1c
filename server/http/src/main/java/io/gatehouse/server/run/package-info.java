/**
 * Runs inside the server: started over HTTP, one at a time, into the file that the server owns, watched and cancelled
 * while they run. The planner that makes a run of a request is given; this package must not know models or SQL.
 */
@NullMarked
package io.gatehouse.server.run;

import org.jspecify.annotations.NullMarked;
