/**
 * The text of a statement and its tree: tokens, normal form, the parser, positions, and the messages for a text that cannot
 * be parsed. Knows no relation and no function.
 */
@NullMarked
package io.gatehouse.sql.parse;

import org.jspecify.annotations.NullMarked;
