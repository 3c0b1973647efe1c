package io.gatehouse.sample.quiz;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A multiple-choice question as a model is asked it.
 *
 * @param choices four texts, in the order A to D
 * @param answer index of the right choice, 0 to 3
 * @param key names the instance whatever the order of its choices
 */
public record PosedExercise(String question, List<String> choices, int answer, String key) {
    public PosedExercise {
        requireNonNull(question, "question is null");
        requireNonNull(key, "key is null");
        choices = List.copyOf(choices);
        if (choices.size() != 4 || answer < 0 || answer > 3) {
            throw new IllegalArgumentException("Not four choices and an answer: %s, %d".formatted(choices, answer));
        }
    }

    public char letter() {
        return (char) ('A' + answer);
    }
}
