package io.gatehouse.sample.quiz;

import static java.util.Objects.requireNonNull;

import io.gatehouse.quiz.Question;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A question, its correct answer and three wrong ones, before the choices are put in an order.
 *
 * @param key names the instance whatever its rendering: two exercises with one key ask the same thing
 */
record Exercise(String question, String right, List<String> wrong, String key) {
    Exercise {
        requireNonNull(question, "question is null");
        requireNonNull(right, "right is null");
        requireNonNull(key, "key is null");
        wrong = List.copyOf(wrong);
        if (wrong.size() != 3 || wrong.contains(right) || new HashSet<>(wrong).size() != 3) {
            throw new IllegalArgumentException("Choices of '%s' repeat: %s, %s".formatted(question, right, wrong));
        }
    }

    /** The exercise with its correct answer at {@code answer}, 0 to 3, and the wrong ones in random order around it. */
    Question posed(String subject, int ordinal, int answer, RandomGenerator random) {
        List<String> choices = new ArrayList<>(Shuffle.of(wrong, random));
        choices.add(answer, right);
        return new Question(subject, ordinal, question, choices, (char) ('A' + answer));
    }
}
