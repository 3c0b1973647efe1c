package io.gatehouse.run;

import io.gatehouse.engine.Prompt;
import io.gatehouse.quiz.Question;

/** A question, and what the model is given to read for it. */
record Asked(Question question, Prompt prompt) {
    int tokens() {
        return prompt.tokens().length;
    }
}
