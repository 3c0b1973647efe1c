/**
 * Tests of {@code io.gatehouse.cli.run}.
 */
@NullMarked
package io.gatehouse.cli.run;

import org.jspecify.annotations.NullMarked;
