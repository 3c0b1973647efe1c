/** Quizzes, real and written by the tests, and the prompts and scores that come of them. */
@NullMarked
package io.gatehouse.quiz;

import org.jspecify.annotations.NullMarked;
