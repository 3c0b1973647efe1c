/**
 * The study of one run: figures, each two statements in a {@code .sql} file that go through the one door like any other,
 * and what they answered. Must not know how they are shown.
 */
@NullMarked
package io.gatehouse.study;

import org.jspecify.annotations.NullMarked;
