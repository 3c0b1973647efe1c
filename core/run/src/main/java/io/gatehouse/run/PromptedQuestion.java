package io.gatehouse.run;

import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.quiz.Question;
import io.gatehouse.store.run.QuestionRow;
import java.io.Serializable;

/** A question and its prompt. */
public record PromptedQuestion(Question question, Prompt prompt) implements Serializable {
    int tokens() {
        return prompt.tokens().length;
    }

    /** The question as the store knows it. */
    public QuestionRow row() {
        return new QuestionRow(
                question.subject(),
                question.ordinal(),
                question.text(),
                question.choices(),
                question.answer(),
                question.attributes());
    }
}
