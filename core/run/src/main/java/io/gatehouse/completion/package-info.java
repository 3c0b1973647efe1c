/**
 * A loaded model that answers requests of programs: texts after prompts, log-probabilities of tokens, and tokens of texts.
 * Knows the engine and the tokenizer. Must know neither quizzes nor the store; who asks, and how, it does not know.
 */
@NullMarked
package io.gatehouse.completion;

import org.jspecify.annotations.NullMarked;
