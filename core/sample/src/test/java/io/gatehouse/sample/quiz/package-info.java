/** The sample quiz, generated and committed. */
@NullMarked
package io.gatehouse.sample.quiz;

import org.jspecify.annotations.NullMarked;
