/**
 * From the text of a statement to one statement of the engine, in stages: parse, replace forms, check limits, validate,
 * rewrite onto rollups, write. Plans are kept. It knows the catalog and the functions; it must not open a connection.
 */
@NullMarked
package io.gatehouse.sql.plan;

import org.jspecify.annotations.NullMarked;
