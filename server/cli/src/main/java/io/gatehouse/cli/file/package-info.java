/**
 * The database file that commands share with a server or another process: who has it open, and what then happens to a
 * command.
 */
@NullMarked
package io.gatehouse.cli.file;

import org.jspecify.annotations.NullMarked;
