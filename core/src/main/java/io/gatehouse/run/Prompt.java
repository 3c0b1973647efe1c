package io.gatehouse.run;

import io.gatehouse.quiz.Question;

/** A question as the model reads it. */
record Prompt(Question question, int[] tokens) {}
