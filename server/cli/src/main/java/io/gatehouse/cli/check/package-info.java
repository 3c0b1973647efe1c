/**
 * The command {@code check}: statements of a file as assertions, for the CI of model builds. It reads the checks, sends
 * their statements through a session as the command {@code sql} does, and writes their outcome as text and as JUnit XML.
 */
@NullMarked
package io.gatehouse.cli.check;

import org.jspecify.annotations.NullMarked;
