/**
 * The study of one run: parts, each a report of its own, and their figures, each two statements in a {@code .sql} file
 * that go through the one door like any other, and what they answered. Must not know how they are shown.
 */
@NullMarked
package io.gatehouse.study;

import org.jspecify.annotations.NullMarked;
