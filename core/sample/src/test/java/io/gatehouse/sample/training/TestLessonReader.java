package io.gatehouse.sample.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.sample.training.Batch.Lesson;
import io.gatehouse.sample.vocabulary.BytePairTrainer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TestLessonReader {
    private static final String SOLVED = "About.\n\nWhich?\nA. x\nB. yy\nC. z\nD. w\nAnswer: B";
    private static final String TWO = SOLVED + "\n\nWhich next: 1?\nA. x\nB. y\nC. z\nD. w\nAnswer: D";

    @Test
    void marksAnswersAndJudgesEachChoiceWhereItsLineEnds() {
        try (Tokenizer tokenizer =
                CheckpointDirectory.tokenizer(BytePairTrainer.train(List.of(TWO, " A A B B C C D D"), 300))) {
            Lesson lesson = new LessonReader(tokenizer).read(TWO);

            assertThat(answers(lesson, tokenizer)).containsExactly(" B", " D");
            float[] verdicts = lesson.verdicts();
            List<String> judged = IntStream.range(0, lesson.length())
                    .filter(i -> verdicts[i] != 0)
                    .mapToObj(i -> tokenizer.decode(lesson.tokens()[i - 1]) + (verdicts[i] > 0 ? "+" : "-"))
                    .toList();
            assertThat(judged).containsExactly(" x-", "y+", " z-", " w-", " x-", " y-", " z-", " w+");
        }
    }

    @Test
    void batchSharesItsWeightsOverRealTokens() {
        try (Tokenizer tokenizer =
                CheckpointDirectory.tokenizer(BytePairTrainer.train(List.of(TWO, " A A B B C C D D"), 300))) {
            LessonReader reader = new LessonReader(tokenizer);
            Lesson longer = reader.read(TWO);
            Lesson shorter = reader.read(SOLVED);
            Batch batch = Batch.of(List.of(shorter, longer));

            assertThat(batch.answers()).isEqualTo(3);
            assertThat(batch.realTokens()).isEqualTo(shorter.length() + longer.length());
            assertThat(batch.length()).isEqualTo(longer.length());
            assertThat(sum(batch.answerWeights())).isBetween(0.9999, 1.0001);
            assertThat(sum(batch.textWeights())).isBetween(0.9999, 1.0001);
        }
    }

    private static List<String> answers(Lesson lesson, Tokenizer tokenizer) {
        return IntStream.range(0, lesson.length())
                .filter(i -> lesson.answers()[i])
                .mapToObj(i -> tokenizer.decode(lesson.targets()[i]))
                .toList();
    }

    private static double sum(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum;
    }
}
