package io.gatehouse.store.write;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * The answer of the model to one question. Runs of the own engine have all of it; an import may lack anything but the
 * length. Where it has no {@code correct}, the question has no answer and no row in the file.
 *
 * @param questionId id of the question in the file, from {@link RunWriter#questionId}
 * @param predicted letter with the largest log-probability, or the answer in a generated text; empty if that has none; of
 *     an import, the answer as its source writes it
 * @param logProbabilities natural log-probability of each letter over the whole vocabulary, A first; empty if unknown, and
 *     where the answer is that in a text
 * @param topTokenId most probable next token of all
 * @param promptTokens length of the prompt in tokens
 */
public record AnswerRow(
        int questionId,
        Optional<String> predicted,
        Optional<Boolean> correct,
        float[] logProbabilities,
        Optional<Integer> topTokenId,
        Optional<String> topToken,
        int promptTokens) {
    public AnswerRow {
        requireNonNull(predicted, "predicted is null");
        requireNonNull(correct, "correct is null");
        logProbabilities = logProbabilities.clone();
        requireNonNull(topTokenId, "topTokenId is null");
        requireNonNull(topToken, "topToken is null");
    }

    /** An answer of the own engine. */
    public AnswerRow(
            int questionId,
            char predicted,
            boolean correct,
            float[] logProbabilities,
            int topTokenId,
            String topToken,
            int promptTokens) {
        this(
                questionId,
                Optional.of(String.valueOf(predicted)),
                Optional.of(correct),
                logProbabilities,
                Optional.of(topTokenId),
                Optional.of(topToken),
                promptTokens);
    }

    /** Whether it is an answer, and right. */
    public boolean isCorrect() {
        return correct.orElse(false);
    }

    /**
     * Whether nothing is missing.
     *
     * @param inText whether the answer is looked for in a generated text
     */
    boolean isComplete(boolean inText) {
        boolean scored = predicted.isPresent() && logProbabilities.length > 0;
        return (inText || scored) && correct.isPresent() && topTokenId.isPresent() && topToken.isPresent();
    }
}
