package io.gatehouse.store.transfer;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Whether a model answered a question rightly.
 *
 * @param name what the source calls the question: the name of a sequence
 * @param question its text, where the source says; empty otherwise
 * @param answer the right answer as the source writes it
 * @param predicted the model's answer as the source writes it, where it does
 */
public record TracedAnswer(String name, String question, String answer, Optional<String> predicted, boolean correct) {
    public TracedAnswer {
        requireNonNull(name, "name is null");
        requireNonNull(question, "question is null");
        requireNonNull(answer, "answer is null");
        requireNonNull(predicted, "predicted is null");
    }
}
