/**
 * What every address of the server has in common: the fence before it, the headers of its answers, problem documents
 * (RFC 9457), JSON in and out, and the console's files. It knows HTTP; it must not know what is asked.
 */
@NullMarked
package io.gatehouse.server.http;

import org.jspecify.annotations.NullMarked;
