/**
 * Runs a mixture-of-experts decoder over prompts and hands out every routing decision as columns. One TensorFlow graph
 * holds one generic layer whose weights are variables, so that a model is run layer by layer over all micro-batches.
 * Knows checkpoints and TensorFlow. Must not know quizzes, answers or the store.
 */
@NullMarked
package io.gatehouse.engine;

import org.jspecify.annotations.NullMarked;
