/**
 * What a database file holds: its tables and their comments, the units of its numbers, the functions of the field.
 * Every other package of the store builds on it; it knows none of them.
 */
@NullMarked
package io.gatehouse.store.schema;

import org.jspecify.annotations.NullMarked;
