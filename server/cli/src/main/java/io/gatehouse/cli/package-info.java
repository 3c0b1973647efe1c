/**
 * The command line: one class per command, each of which reads its options, composes the parts it needs and prints.
 * The only {@code main} and the only place that writes to the terminal. No logic lives here.
 */
@NullMarked
package io.gatehouse.cli;

import org.jspecify.annotations.NullMarked;
