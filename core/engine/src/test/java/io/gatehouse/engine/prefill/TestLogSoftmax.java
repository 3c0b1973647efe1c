package io.gatehouse.engine.prefill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TestLogSoftmax {
    private static final long SEED = Long.getLong("gatehouse.test.seed", 3);

    @Test
    void probabilitiesSumToOne() {
        LogSoftmax scores = LogSoftmax.of(new float[] {-3, 900, 901, 2});
        assertThat(IntStream.range(0, 4)
                        .mapToDouble(token -> Math.exp(scores.of(token)))
                        .sum())
                .isEqualTo(1, within(1e-12));
        assertThat(scores.of(2)).isEqualTo(-Math.log1p(Math.exp(-1)), within(1e-12));
    }

    /** A token is the best one exactly if its logit is. */
    @Test
    void differentLogitsHaveDifferentLogarithms() {
        LogSoftmax scores = LogSoftmax.of(new float[] {0.1f, Math.nextUp(0.1f), 30});
        assertThat(scores.of(1)).isGreaterThan(scores.of(0));
    }

    @Test
    void theMostProbableTokensAreTheFirstOfASort() {
        Random random = new Random(SEED);
        for (int i = 0; i < 500; i++) {
            float[] logits = new float[1 + random.nextInt(40)];
            for (int token = 0; token < logits.length; token++) {
                logits[token] = random.nextInt(8);
            }
            int count = random.nextInt(12);
            int[] sorted = IntStream.range(0, logits.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer token) -> -logits[token]))
                    .mapToInt(token -> token)
                    .limit(count)
                    .toArray();
            assertThat(LogSoftmax.of(logits).top(count))
                    .as("seed %d: %s", SEED, Arrays.toString(logits))
                    .isEqualTo(sorted);
        }
    }
}
