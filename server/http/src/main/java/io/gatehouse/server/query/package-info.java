/**
 * Queries over HTTP: a request read, admitted, run, and its rows written in the format that was asked for; the register
 * of what runs and ran lately; check and completion of what is being typed; sessions for clients of other protocols. It
 * knows the SQL engine; it must not know runs or models.
 */
@NullMarked
package io.gatehouse.server.query;

import org.jspecify.annotations.NullMarked;
