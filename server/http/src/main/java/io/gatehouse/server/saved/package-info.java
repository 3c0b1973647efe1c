/**
 * Queries that somebody kept under a name, over HTTP. They lie in the database file, so that they go where it goes.
 */
@NullMarked
package io.gatehouse.server.saved;

import org.jspecify.annotations.NullMarked;
