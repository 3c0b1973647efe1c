/**
 * What is served over HTTP: the query API, the console's files, the plain page, and the fence around them. One class per
 * resource; errors leave as RFC 9457 problem documents. It knows the SQL engine and the store's name and runs; it must
 * not know how the port is opened.
 */
@NullMarked
package io.gatehouse.server.http;

import org.jspecify.annotations.NullMarked;
