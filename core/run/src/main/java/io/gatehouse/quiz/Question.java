package io.gatehouse.quiz;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One question.
 *
 * @param ordinal its place among the questions of its subject and split, from 1
 * @param choices 2 to {@value #MAX_CHOICES} texts, with the letters from A; none if the answer is free
 * @param answer letter of the correct choice; the correct answer if there are no choices
 * @param attributes further fields of its dataset, by name
 */
public record Question(
        String subject, int ordinal, String text, List<String> choices, String answer, Map<String, String> attributes)
        implements Serializable {
    public static final int MIN_CHOICES = 2;
    public static final int MAX_CHOICES = 10;
    /** Characters of a question with its choices and attributes: more than any model reads. */
    static final int MAX_LENGTH = 1 << 23;

    public Question {
        requireNonNull(subject, "subject is null");
        requireNonNull(text, "text is null");
        requireNonNull(answer, "answer is null");
        choices = List.copyOf(choices);
        attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
        if (ordinal < 1 || text.isBlank()) {
            throw new IllegalArgumentException("Question %d of %s is empty".formatted(ordinal, subject));
        }
        if (choices.isEmpty()) {
            if (answer.isBlank()) {
                throw new IllegalArgumentException("Question %d of %s has no answer".formatted(ordinal, subject));
            }
        } else if (choices.size() < MIN_CHOICES || choices.size() > MAX_CHOICES) {
            throw new IllegalArgumentException(
                    "Question %d of %s has %d choices".formatted(ordinal, subject, choices.size()));
        } else if (answer.length() != 1 || answer.charAt(0) < 'A' || answer.charAt(0) >= 'A' + choices.size()) {
            throw new IllegalArgumentException("Answer %s is not among %d choices".formatted(answer, choices.size()));
        }
    }

    /** Whether it has no choices. */
    public boolean isFree() {
        return choices.isEmpty();
    }

    /** Characters of its texts, with its attributes. */
    int length() {
        long length = (long) subject.length() + text.length() + answer.length();
        for (String choice : choices) {
            length += choice.length();
        }
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            length += attribute.getKey().length() + attribute.getValue().length();
        }
        return (int) Math.min(length, Integer.MAX_VALUE);
    }

    /** A question whose answer is a letter. */
    public Question(
            String subject,
            int ordinal,
            String text,
            List<String> choices,
            char answer,
            Map<String, String> attributes) {
        this(subject, ordinal, text, choices, String.valueOf(answer), attributes);
    }

    /** One without further fields. */
    public Question(String subject, int ordinal, String text, List<String> choices, char answer) {
        this(subject, ordinal, text, choices, answer, Map.of());
    }
}
