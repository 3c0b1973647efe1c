package io.gatehouse.quiz;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The pieces of text that prompt formats have in common. */
final class PromptText {
    private PromptText() {}

    /** The introduction of the evaluations after the original one, which has two spaces after "about". */
    static String singleSpaced(String subject) {
        return "The following are multiple choice questions (with answers) about %s.\n\n"
                .formatted(subject.replace('_', ' '));
    }

    /** The text, then each choice after {@code separator} with its letter. */
    static String lines(String text, String separator, Question question) {
        return IntStream.range(0, question.choices().size())
                .mapToObj(i ->
                        separator + (char) ('A' + i) + ". " + question.choices().get(i))
                .collect(Collectors.joining("", text, ""));
    }
}
