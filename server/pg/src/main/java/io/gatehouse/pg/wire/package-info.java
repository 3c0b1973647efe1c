/**
 * The messages of PostgreSQL's protocol 3.0: how they are framed, how values are written in text and in binary, and
 * SCRAM-SHA-256. It knows SQL types; it must not know statements, sessions or the engine.
 *
 * <p>Source: the chapter "Frontend/Backend Protocol" of PostgreSQL's documentation, which gives each message byte by byte.
 */
@NullMarked
package io.gatehouse.pg.wire;

import org.jspecify.annotations.NullMarked;
