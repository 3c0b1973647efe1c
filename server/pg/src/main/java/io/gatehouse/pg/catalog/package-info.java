/**
 * {@code pg_catalog} and {@code information_schema} as tables in memory, made from the schema of the database, and the
 * evaluation of queries over them on the parse tree. It knows the grammar; it must not know the engine, the store or the
 * protocol.
 */
@NullMarked
package io.gatehouse.pg.catalog;

import org.jspecify.annotations.NullMarked;
