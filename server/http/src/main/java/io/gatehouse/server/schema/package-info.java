/**
 * The relations that SQL can name, over HTTP: comments, sizes, and summaries of their columns on demand; and the words of
 * the language with examples. It must not know how queries are written out.
 */
@NullMarked
package io.gatehouse.server.schema;

import org.jspecify.annotations.NullMarked;
