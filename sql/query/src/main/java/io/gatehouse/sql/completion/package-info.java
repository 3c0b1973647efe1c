/**
 * What could be typed next in a statement that is not finished. It knows words, parentheses, the catalog and which
 * keywords the grammar would take; it must not fail on any text, nor run anything.
 */
@NullMarked
package io.gatehouse.sql.completion;

import org.jspecify.annotations.NullMarked;
