package io.gatehouse.store.transfer;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * An answer of a model, and whether it is correct.
 *
 * @param name name of the question in the source, which is that of a sequence
 * @param question text of the question; empty if unknown
 * @param answer the correct answer as the source writes it
 * @param predicted the model's answer as the source writes it, if known
 */
public record TracedAnswer(String name, String question, String answer, Optional<String> predicted, boolean correct) {
    public TracedAnswer {
        requireNonNull(name, "name is null");
        requireNonNull(question, "question is null");
        requireNonNull(answer, "answer is null");
        requireNonNull(predicted, "predicted is null");
    }
}
