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

    /** What Python's {@code str.strip()} leaves: it counts no-break spaces and separators as space, Java's does not. */
    static String stripped(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isPythonSpace(text.charAt(from))) {
            from++;
        }
        while (to > from && isPythonSpace(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    /** As {@code str.isspace()}: space separators of Unicode, and the control characters of bidirectional class B, S or WS. */
    private static boolean isPythonSpace(char c) {
        return Character.isSpaceChar(c)
                || (c >= '\t' && c <= '\r')
                || (c >= '\u001c' && c <= '\u001f')
                || c == '\u0085';
    }
}
