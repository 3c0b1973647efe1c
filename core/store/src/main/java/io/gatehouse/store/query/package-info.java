/**
 * The queries that people saved in a file, and the history of those that servers answered from it.
 */
@NullMarked
package io.gatehouse.store.query;

import org.jspecify.annotations.NullMarked;
