package io.gatehouse.store.write;

import static java.util.Objects.requireNonNull;

/**
 * The answer of the model to one question.
 *
 * @param questionId id of the question in the file, from {@link RunWriter#questionId}
 * @param predicted letter with the largest log-probability
 * @param logProbabilities natural log-probability of each letter over the whole vocabulary, A first
 * @param topTokenId most probable next token of all
 * @param promptTokens length of the prompt in tokens
 */
public record AnswerRow(
        int questionId,
        char predicted,
        boolean correct,
        float[] logProbabilities,
        int topTokenId,
        String topToken,
        int promptTokens) {
    public AnswerRow {
        logProbabilities = logProbabilities.clone();
        requireNonNull(topToken, "topToken is null");
    }
}
