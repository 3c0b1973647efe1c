package io.gatehouse.sample.training;

import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.quiz.ChoiceScorer;
import io.gatehouse.sample.training.Batch.Lesson;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** Finds in the tokens of a solved prompt where choices end and where answers follow. */
final class LessonReader {
    private static final int CHOICES = 4;

    private final Tokenizer tokenizer;
    private final int[] ask;
    private final int newline;
    private final int[] letters;

    LessonReader(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.ask = tokenizer.encode("Answer:");
        this.newline = tokenizer.encode("\n")[0];
        this.letters = ChoiceScorer.of(tokenizer).letterTokens();
    }

    /** The lesson of a prompt in which every question, the last one too, is followed by its answer. */
    Lesson read(String text) {
        int[] whole = tokenizer.encode(text);
        int[] tokens = Arrays.copyOf(whole, whole.length - 1);
        int[] targets = Arrays.copyOfRange(whole, 1, whole.length);
        boolean[] answers = new boolean[tokens.length];
        float[] verdicts = new float[tokens.length];
        Deque<Integer> lineEnds = new ArrayDeque<>();
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] == newline) {
                lineEnds.addLast(i);
                if (lineEnds.size() > CHOICES) {
                    lineEnds.removeFirst();
                }
            }
            answers[i] = asksAt(tokens, i);
            if (answers[i]) {
                judge(lineEnds, targets[i], verdicts);
            }
        }
        return new Lesson(tokens, targets, answers, verdicts);
    }

    private boolean asksAt(int[] tokens, int last) {
        int start = last + 1 - ask.length;
        return start >= 0 && Arrays.equals(tokens, start, last + 1, ask, 0, ask.length);
    }

    /** The four line ends before an answer are those of its choices. */
    private void judge(Deque<Integer> lineEnds, int answer, float[] verdicts) {
        int choice = 0;
        for (int lineEnd : lineEnds) {
            verdicts[lineEnd] = letters[choice] == answer ? 1 : -1;
            choice++;
        }
    }
}
