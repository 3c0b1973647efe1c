/**
 * The text of statements as PostgreSQL's clients write them: tokens, statements of a text, the statements about a session
 * that are answered without the engine, and the few spellings that the SQL layer does not have. It must not know the
 * protocol or the engine.
 */
@NullMarked
package io.gatehouse.pg.text;

import org.jspecify.annotations.NullMarked;
