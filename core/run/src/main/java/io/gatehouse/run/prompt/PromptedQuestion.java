package io.gatehouse.run.prompt;

import io.gatehouse.base.Sha256;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.quiz.Question;
import io.gatehouse.store.run.QuestionRow;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A question and its prompt.
 *
 * @param segments of the tokens of the prompt
 */
public record PromptedQuestion(Question question, Prompt prompt, PromptSegments segments) implements Serializable {
    public PromptedQuestion {
        if (segments.tokens() != prompt.tokens().length) {
            throw new IllegalArgumentException(
                    "Segments of %d tokens and %d tokens".formatted(segments.tokens(), prompt.tokens().length));
        }
    }

    public int tokens() {
        return prompt.tokens().length;
    }

    /** A number that the question has in every quiz and file: the first bytes of a digest of its subject and place. */
    public long stream() {
        byte[] name = "%s\0%d".formatted(question.subject(), question.ordinal()).getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.wrap(Sha256.digest().digest(name)).getLong();
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
