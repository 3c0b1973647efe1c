package io.gatehouse.sample.training;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sample.vocabulary.BytePairVocabulary;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Lessons side by side, right-padded to the longest; arrays are {@code [lessons * length]}, lesson after lesson.
 *
 * @param answerWeights equal over all answers, summing to one
 * @param textWeights equal over all other real targets, summing to one
 * @param verdicts of choices that have just been read, 1 or -1; elsewhere 0
 */
record Batch(
        int lessons,
        int length,
        int[] tokens,
        int[] targets,
        float[] answerWeights,
        float[] textWeights,
        float[] verdicts) {
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
            if (targets.length != tokens.length
                    || answers.length != tokens.length
                    || verdicts.length != tokens.length) {
                throw new IllegalArgumentException("Columns of a lesson differ in length");
            }
        }

        int length() {
            return tokens.length;
        }
    }

    static Batch of(List<Lesson> lessons) {
        int length = lessons.stream().mapToInt(Lesson::length).max().orElseThrow();
        int size = lessons.size() * length;
        int[] tokens = padding(size);
        int[] targets = padding(size);
        float[] answers = new float[size];
        float[] texts = new float[size];
        float[] verdicts = new float[size];
        for (int row = 0; row < lessons.size(); row++) {
            Lesson lesson = lessons.get(row);
            int start = row * length;
            System.arraycopy(lesson.tokens(), 0, tokens, start, lesson.length());
            System.arraycopy(lesson.targets(), 0, targets, start, lesson.length());
            System.arraycopy(lesson.verdicts(), 0, verdicts, start, lesson.length());
            for (int i = 0; i < lesson.length(); i++) {
                (lesson.answers()[i] ? answers : texts)[start + i] = 1;
            }
        }
        return new Batch(lessons.size(), length, tokens, targets, shared(answers), shared(texts), verdicts);
    }

    int answers() {
        return (int) IntStream.range(0, tokens.length)
                .filter(i -> answerWeights[i] > 0)
                .count();
    }

    int realTokens() {
        return (int) Arrays.stream(tokens)
                .filter(token -> token != BytePairVocabulary.PADDING_ID)
                .count();
    }

    private static int[] padding(int size) {
        int[] tokens = new int[size];
        Arrays.fill(tokens, BytePairVocabulary.PADDING_ID);
        return tokens;
    }

    private static float[] shared(float[] marks) {
        float sum = 0;
        for (float mark : marks) {
            sum += mark;
        }
        float[] shares = new float[marks.length];
        for (int i = 0; i < marks.length; i++) {
            shares[i] = marks[i] / sum;
        }
        return shares;
    }
}
