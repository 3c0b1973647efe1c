/**
 * The client of a server's public HTTP API. It knows HTTP, the server's JSON and Arrow's stream format, whose bytes it
 * reads itself: Arrow's own reader would ask for {@code --add-opens} on the command line of every tool.
 */
@NullMarked
package io.gatehouse.client.http;

import org.jspecify.annotations.NullMarked;
