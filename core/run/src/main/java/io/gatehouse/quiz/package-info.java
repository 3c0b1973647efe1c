/**
 * A multiple-choice quiz: its questions by subject, the prompt that asks one, and the reading of an answer from the
 * model's logits. Knows a tokenizer, for the letters, and dataset files; knows neither TensorFlow nor DuckDB, and never
 * runs a model.
 */
@NullMarked
package io.gatehouse.quiz;

import org.jspecify.annotations.NullMarked;
