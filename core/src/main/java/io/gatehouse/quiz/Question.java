package io.gatehouse.quiz;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** One question; {@code ordinal} is its place in the subject's file, from 1, and the choices have the letters from A. */
public record Question(String subject, int ordinal, String text, List<String> choices, char answer) {
    public Question {
        requireNonNull(subject, "subject is null");
        requireNonNull(text, "text is null");
        choices = List.copyOf(choices);
        if (ordinal < 1 || text.isBlank()) {
            throw new IllegalArgumentException("Question %d of %s is empty".formatted(ordinal, subject));
        }
        if (answer < 'A' || answer >= 'A' + choices.size()) {
            throw new IllegalArgumentException("Answer %s is not among %d choices".formatted(answer, choices.size()));
        }
    }
}
