/**
 * Measures how fast rows leave a server. It knows the server as a client does, and the file behind it; it must not know
 * how a request is answered.
 */
@NullMarked
package io.gatehouse.bench.server;

import org.jspecify.annotations.NullMarked;
