package io.gatehouse.store;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * One question of a run's quiz.
 *
 * @param ordinal position of the question within its subject, from 1
 * @param choices texts of the choices, A first
 * @param answer letter of the right choice
 */
public record QuestionRow(String subject, int ordinal, String text, List<String> choices, char answer) {
    public QuestionRow {
        requireNonNull(subject, "subject is null");
        requireNonNull(text, "text is null");
        choices = List.copyOf(choices);
        if (ordinal < 1) {
            throw new IllegalArgumentException("Ordinal of a question of %s below 1: %d".formatted(subject, ordinal));
        }
        if (answer < 'A' || answer >= 'A' + choices.size()) {
            throw new IllegalArgumentException("Question %d of %s has %d choices, but its answer is %s"
                    .formatted(ordinal, subject, choices.size(), answer));
        }
    }
}
