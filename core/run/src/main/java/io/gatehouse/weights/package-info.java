/**
 * How large the weights of a checkpoint's experts are, and how similar those of one layer are.
 * Reads a layer at a time and puts what it finds into the store. Knows checkpoints and the store; knows no engine and no
 * quiz, since nothing is run.
 */
@NullMarked
package io.gatehouse.weights;

import org.jspecify.annotations.NullMarked;
