/**
 * What commands share: option values, tables and progress on the terminal, signals.
 */
@NullMarked
package io.gatehouse.cli.terminal;

import org.jspecify.annotations.NullMarked;
