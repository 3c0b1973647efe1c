/**
 * The command {@code sql}: statements from arguments, files, standard input or a shell, and their rows as text.
 */
@NullMarked
package io.gatehouse.cli.sql;

import org.jspecify.annotations.NullMarked;
