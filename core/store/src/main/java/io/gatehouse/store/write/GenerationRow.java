package io.gatehouse.store.write;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A text that the model generated after the prompt of a question.
 *
 * @param questionId id of the question in the file, from {@link RunWriter#questionId}
 * @param text without the token that ended it
 * @param tokens number of generated tokens, the one that ended the text included
 * @param finishReason {@code end_token}, {@code stop} or {@code length}
 * @param extracted answer that was found in the text; empty if none was looked for or found
 * @param correct whether that is the correct answer; empty if none was looked for
 * @param milliseconds from the start of the prompt to the last token
 */
public record GenerationRow(
        int questionId,
        String text,
        int tokens,
        String finishReason,
        Optional<String> extracted,
        Optional<Boolean> correct,
        int milliseconds) {
    public GenerationRow {
        requireNonNull(text, "text is null");
        requireNonNull(finishReason, "finishReason is null");
        requireNonNull(extracted, "extracted is null");
        requireNonNull(correct, "correct is null");
    }
}
