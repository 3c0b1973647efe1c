/**
 * The Model Context Protocol, by which agents ask: its messages (JSON-RPC) over HTTP and over standard input and output,
 * and the tools query, describe, examples and study. A tool asks through a session, with the limits of it. It knows the
 * study; it must not know the register of queries or how they are admitted.
 */
@NullMarked
package io.gatehouse.server.mcp;

import org.jspecify.annotations.NullMarked;
