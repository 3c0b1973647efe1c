/**
 * The client of the HTTP API. It knows HTTP, the JSON of the server and Arrow's stream format, which it reads itself:
 * Arrow's own reader would need {@code --add-opens} on the command line of every tool.
 */
@NullMarked
package io.gatehouse.client.http;

import org.jspecify.annotations.NullMarked;
