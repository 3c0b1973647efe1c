/**
 * Tests of {@code io.gatehouse.cli.terminal}.
 */
@NullMarked
package io.gatehouse.cli.terminal;

import org.jspecify.annotations.NullMarked;
