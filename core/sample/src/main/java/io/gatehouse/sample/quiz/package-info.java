/**
 * The sample quiz: its subjects, how an exercise of each is drawn, which exercises are kept out of training, and the
 * quiz itself in MMLU's CSV layout. It knows nothing of models, tokens or TensorFlow.
 */
@NullMarked
package io.gatehouse.sample.quiz;

import org.jspecify.annotations.NullMarked;
