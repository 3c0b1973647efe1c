package io.gatehouse.quiz;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** A subject: the {@code test} questions to ask, and the {@code dev} questions to show solved before them. */
public record Subject(String name, List<Question> dev, List<Question> test) {
    public Subject {
        requireNonNull(name, "name is null");
        dev = List.copyOf(dev);
        test = List.copyOf(test);
    }
}
