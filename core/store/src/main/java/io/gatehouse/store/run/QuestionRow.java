package io.gatehouse.store.run;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One question of a run's quiz, or one sequence of an import.
 *
 * @param ordinal position of the question within its subject, from 1
 * @param choices texts of the choices, A first; empty if there are none
 * @param answer letter of the correct choice; without choices, the correct answer; of an import, the correct answer as
 *     its source writes it, empty if unknown
 * @param attributes further columns of its quiz by name
 */
public record QuestionRow(
        String subject, int ordinal, String text, List<String> choices, String answer, Map<String, String> attributes) {
    public QuestionRow {
        requireNonNull(subject, "subject is null");
        requireNonNull(text, "text is null");
        requireNonNull(answer, "answer is null");
        choices = List.copyOf(choices);
        attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
        if (ordinal < 1) {
            throw new IllegalArgumentException("Ordinal of a question of %s below 1: %d".formatted(subject, ordinal));
        }
        if (!choices.isEmpty()
                && (answer.length() != 1 || answer.charAt(0) < 'A' || answer.charAt(0) >= 'A' + choices.size())) {
            throw new IllegalArgumentException("Question %d of %s has %d choices, but its answer is %s"
                    .formatted(ordinal, subject, choices.size(), answer));
        }
    }

    /** A question whose answer is a letter. */
    public QuestionRow(
            String subject,
            int ordinal,
            String text,
            List<String> choices,
            char answer,
            Map<String, String> attributes) {
        this(subject, ordinal, text, choices, String.valueOf(answer), attributes);
    }

    /** A question of a quiz without further columns. */
    public QuestionRow(String subject, int ordinal, String text, List<String> choices, char answer) {
        this(subject, ordinal, text, choices, answer, Map.of());
    }

    /** Returns the question without its attributes, which do not identify it. */
    QuestionRow withoutAttributes() {
        return new QuestionRow(subject, ordinal, text, choices, answer, Map.of());
    }
}
