package io.gatehouse.worker;

import static java.util.Objects.requireNonNull;

/**
 * The names of what a run reads.
 *
 * @param model name of the checkpoint
 * @param quiz name of the quiz
 */
public record Sources(String model, String quiz) {
    public Sources {
        requireNonNull(model, "model is null");
        requireNonNull(quiz, "quiz is null");
    }
}
