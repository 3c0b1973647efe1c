package io.gatehouse.sample.training;

import static java.util.Objects.requireNonNull;

/**
 * A text to learn from.
 *
 * @param tokens the text without its last token
 * @param targets the token that follows each of {@code tokens}
 * @param answers true where the target is the letter of an answer
 * @param verdicts where a choice has just been read, 1 if it is the right one and -1 if not; elsewhere 0
 */
record Lesson(int[] tokens, int[] targets, boolean[] answers, float[] verdicts) {
    Lesson {
        requireNonNull(tokens, "tokens is null");
        if (targets.length != tokens.length || answers.length != tokens.length || verdicts.length != tokens.length) {
            throw new IllegalArgumentException("Columns of a lesson differ in length");
        }
    }

    int length() {
        return tokens.length;
    }
}
