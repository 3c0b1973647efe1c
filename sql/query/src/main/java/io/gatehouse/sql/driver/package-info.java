/**
 * What the engine adds to DuckDB's driver: connections that can be interrupted, the Java functions that guards call, and
 * the errors of Gatehouse in place of DuckDB's. It must not know how a statement is parsed or planned.
 */
@NullMarked
package io.gatehouse.sql.driver;

import org.jspecify.annotations.NullMarked;
