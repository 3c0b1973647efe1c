/**
 * What all addresses of the server share: the checks of requests, headers, problem documents (RFC 9457), JSON, and the
 * files of the console. It knows HTTP; it must not know what is asked.
 */
@NullMarked
package io.gatehouse.server.http;

import org.jspecify.annotations.NullMarked;
