/**
 * Answers aggregates over the facts from the store's rollups, where the result is the same to the last digit. It knows
 * relational algebra and the tables of rollups; it must not know the text of a statement, nor how algebra is written.
 */
@NullMarked
package io.gatehouse.sql.rollup;

import org.jspecify.annotations.NullMarked;
