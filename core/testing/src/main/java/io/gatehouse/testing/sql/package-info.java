/** The SQL scripts of {@code sql/query}, read from the source tree. */
@NullMarked
package io.gatehouse.testing.sql;

import org.jspecify.annotations.NullMarked;
