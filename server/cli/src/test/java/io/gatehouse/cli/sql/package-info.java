/**
 * Tests of {@code io.gatehouse.cli.sql}.
 */
@NullMarked
package io.gatehouse.cli.sql;

import org.jspecify.annotations.NullMarked;
