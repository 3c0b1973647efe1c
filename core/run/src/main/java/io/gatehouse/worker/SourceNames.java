package io.gatehouse.worker;

import static java.util.Objects.requireNonNull;

/**
 * The names of what a run reads.
 *
 * @param model name of the checkpoint
 * @param quiz name of the quiz
 */
public record SourceNames(String model, String quiz) {
    public SourceNames {
        requireNonNull(model, "model is null");
        requireNonNull(quiz, "quiz is null");
    }
}
