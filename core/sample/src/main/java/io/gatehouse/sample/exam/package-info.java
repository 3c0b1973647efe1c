/**
 * Examines the sample model: its answers to the test questions, and what its routing tells about them. Knows the sample
 * quiz and the engine, which runs the files that were written like those of any other model; knows no training and not
 * the store.
 */
@NullMarked
package io.gatehouse.sample.exam;

import org.jspecify.annotations.NullMarked;
