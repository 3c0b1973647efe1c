/**
 * What the engine adds to DuckDB's driver: connections that can be interrupted, deadlines, functions written in Java and
 * the errors of Gatehouse in place of DuckDB's. It must not know statements or plans.
 */
@NullMarked
package io.gatehouse.sql.driver;

import org.jspecify.annotations.NullMarked;
