package io.gatehouse.engine.prefill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TestSampling {
    /** Logits of the probabilities 1/2, 1/4, 1/8 and 1/8. */
    private static final float[] HALVES = {log(0.125), log(0.5), log(0.125), log(0.25)};

    private static final Sampling ALL = Sampling.random(1);

    @Test
    void drawsFromWhatTheOptionsLeave() {
        distributed(ALL, Set.of(), new int[] {0, 1, 2, 3}, 0.125, 0.5, 0.125, 0.25);
        distributed(ALL, Set.of(1, 9), new int[] {0, 2, 3}, 0.25, 0.25, 0.5);
        // Equally probable tokens stay together.
        distributed(with(1, 2, 1, 0), Set.of(), new int[] {1, 3}, 2 / 3.0, 1 / 3.0);
        distributed(with(1, 3, 1, 0), Set.of(), new int[] {0, 1, 2, 3}, 0.125, 0.5, 0.125, 0.25);
        distributed(with(1, 99, 1, 0), Set.of(), new int[] {0, 1, 2, 3}, 0.125, 0.5, 0.125, 0.25);
        distributed(with(1, 0, 0.6, 0), Set.of(), new int[] {1, 3}, 2 / 3.0, 1 / 3.0);
        distributed(with(1, 0, 0.8, 0), Set.of(), new int[] {0, 1, 3}, 1 / 7.0, 4 / 7.0, 2 / 7.0);
        distributed(with(1, 0, 1e-9, 0), Set.of(), new int[] {1}, 1);
        distributed(with(1, 0, 1, 0.4), Set.of(), new int[] {1, 3}, 2 / 3.0, 1 / 3.0);
        // Of 4, 2, 1 and 1, top-k leaves the first two, and top-p is of what is left.
        distributed(with(1, 2, 0.6, 0), Set.of(), new int[] {1}, 1);
        // Temperature 1/2 squares: 16, 4, 1 and 1 of 22.
        distributed(with(0.5, 0, 1, 0), Set.of(), new int[] {0, 1, 2, 3}, 1 / 22.0, 16 / 22.0, 1 / 22.0, 4 / 22.0);
        distributed(with(0.5, 0, 0.8, 0), Set.of(), new int[] {1, 3}, 0.8, 0.2);
    }

    @Test
    void penalisesWhatIsThereAlready() {
        BitSet seen = BitSet.valueOf(new long[] {0b1011});
        Sampling twice = new Sampling(false, 1, 0, 1, 0, 2, 0);
        assertThat(twice.penalised(new float[] {3, -1, 2, 0}, seen)).containsExactly(1.5f, -2, 2, 0);
        assertThat(NextToken.choose(new float[] {3, -1, 2, 0}, twice, Set.of(), seen, 0)
                        .token())
                .isEqualTo(2);
        assertThat(NextToken.choose(new float[] {3, -1, 2, 0}, Sampling.GREEDY, Set.of(), seen, 0)
                        .token())
                .isZero();
    }

    /** Pearson's test against the softmax: as many draws as texts of one token would make, and of one long text. */
    @Test
    void drawsBySoftmax() {
        long seed = Long.getLong("gatehouse.test.seed", System.nanoTime());
        Random random = new Random(seed);
        float[] logits = new float[40];
        for (int token = 0; token < logits.length; token++) {
            logits[token] = (float) random.nextGaussian();
        }
        int draws = 60_000;
        for (Sampling sampling : new Sampling[] {
            Sampling.random(seed),
            new Sampling(true, 0.7, 0, 1, 0, 1, seed),
            new Sampling(true, 1.3, 30, 0.9, 0.02, 1, seed)
        }) {
            TokenDistribution distribution = new TokenDistribution(logits, Set.of(), sampling);
            for (boolean oneText : new boolean[] {false, true}) {
                long[] counts = new long[logits.length];
                for (int i = 0; i < draws; i++) {
                    double uniform = oneText ? sampling.uniform(7, i) : sampling.uniform(i, 3);
                    assertThat(uniform).isBetween(0.0, Math.nextDown(1.0));
                    counts[
                            NextToken.choose(logits, sampling, Set.of(), new BitSet(), uniform)
                                    .token()]++;
                }
                int[] tokens = distribution.tokens();
                double statistic = 0;
                for (int i = 0; i < tokens.length; i++) {
                    double expected = draws * distribution.probabilities()[i];
                    statistic += Math.pow(counts[tokens[i]] - expected, 2) / expected;
                }
                assertThat(IntStream.of(tokens)
                                .mapToLong(token -> counts[token])
                                .sum())
                        .isEqualTo(draws);
                // Wilson and Hilferty: the cube root is nearly normal. Five standard deviations are 3 in 10 million.
                double spread = 2.0 / (9 * (tokens.length - 1));
                double deviations = (Math.cbrt(statistic / (tokens.length - 1)) - (1 - spread)) / Math.sqrt(spread);
                assertThat(deviations)
                        .as("seed %d, %s, %s", seed, sampling.id(), oneText ? "one text" : "many texts")
                        .isBetween(-5.0, 5.0);
            }
        }
    }

    @Test
    void drawsDependOnSeedTextAndPlace() {
        double[] uniforms = {
            ALL.uniform(1, 0),
            ALL.uniform(1, 1),
            ALL.uniform(2, 0),
            Sampling.random(2).uniform(1, 0)
        };
        assertThat(Arrays.stream(uniforms).distinct()).hasSize(4);
        assertThat(with(0.5, 3, 0.5, 0.1).uniform(1, 1)).isEqualTo(uniforms[1]);
    }

    @Test
    void hasAName() {
        assertThat(Sampling.GREEDY.id()).isEqualTo("greedy");
        assertThat(Sampling.random(-3).id()).isEqualTo("random temperature=1.0 seed=-3");
        Sampling every = new Sampling(true, 0.7, 20, 0.8, 0.05, 1.05, 9);
        assertThat(every.id())
                .isEqualTo("random temperature=0.7 top_k=20 top_p=0.8 min_p=0.05 repetition_penalty=1.05 seed=9");
        for (Sampling sampling :
                new Sampling[] {Sampling.GREEDY, ALL, every, new Sampling(false, 1, 0, 1, 0, 1.1, 0)}) {
            assertThat(Sampling.of(sampling.id())).isEqualTo(sampling);
        }
    }

    private static void distributed(Sampling sampling, Set<Integer> excluded, int[] tokens, double... probabilities) {
        TokenDistribution distribution = new TokenDistribution(HALVES, excluded, sampling);
        assertThat(distribution.tokens()).as(sampling.id()).isEqualTo(tokens);
        assertThat(distribution.probabilities()).as(sampling.id()).containsExactly(probabilities, within(1e-6));
        assertThat(distribution.draw(0)).isEqualTo(tokens[0]);
        assertThat(distribution.draw(Math.nextDown(1.0))).isEqualTo(tokens[tokens.length - 1]);
    }

    private static Sampling with(double temperature, int topK, double topP, double minP) {
        return new Sampling(true, temperature, topK, topP, minP, 1, 1);
    }

    private static float log(double probability) {
        return (float) Math.log(probability);
    }
}
