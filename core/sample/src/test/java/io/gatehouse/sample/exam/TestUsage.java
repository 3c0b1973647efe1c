package io.gatehouse.sample.exam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TestUsage {
    @Test
    void expertThatFollowsTheSubjectTellsItAll() {
        Usage usage = new Usage(new int[][] {{3, 0, 0}, {3, 0, 0}, {0, 3, 0}, {0, 3, 0}}, new int[] {0, 0, 1, 1});
        assertThat(usage.information()).isCloseTo(1, within(1e-12));
        assertThat(usage.unused()).isEqualTo(1);
        assertThat(usage.questions(0)).isEqualTo(2);
    }

    @Test
    void expertsUsedAlikeBySubjectsTellNothing() {
        Usage usage = new Usage(new int[][] {{2, 1}, {4, 2}}, new int[] {0, 1});
        assertThat(usage.information()).isCloseTo(0, within(1e-12));
    }

    /** Joint counts 3 1 / 1 3 of 8: 2 * (3/8 log2(3/2) + 1/8 log2(1/2)). */
    @Test
    void informationIsMutualInformationInBits() {
        Usage usage = new Usage(new int[][] {{3, 1}, {1, 3}}, new int[] {0, 1});
        double expected = 2 * (0.375 * Math.log(1.5) + 0.125 * Math.log(0.5)) / Math.log(2);
        assertThat(usage.information()).isCloseTo(expected, within(1e-12));
    }

    @Test
    void chanceOfManyQuestionsIsSmallButNotNothing() {
        int[][] counts = new int[400][];
        int[] subjects = IntStream.range(0, 400).map(question -> question % 2).toArray();
        for (int question = 0; question < counts.length; question++) {
            counts[question] = question % 2 == 0 ? new int[] {1, 0} : new int[] {0, 1};
        }
        Usage usage = new Usage(counts, subjects);
        assertThat(usage.information()).isCloseTo(1, within(1e-12));
        assertThat(usage.chance()).isBetween(1e-4, 0.01);
        assertThat(usage.of(new int[] {0, 2, 4}).information()).isZero();
    }
}
