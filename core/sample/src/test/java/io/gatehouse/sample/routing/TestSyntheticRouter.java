package io.gatehouse.sample.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.sample.routing.SyntheticRouter.Decisions;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TestSyntheticRouter {
    private static final int TOKENS = 6_000;
    private static final int PROMPT = 120;

    @Test
    void choosesTheBestExpertsInOrder() {
        Decisions decisions = decide(7);
        for (int row = 0; row < TOKENS; row++) {
            int from = row * SyntheticRouter.TOP_K;
            int to = from + SyntheticRouter.TOP_K;
            assertThat(IntStream.range(from, to)
                            .map(i -> decisions.experts()[i])
                            .distinct()
                            .count())
                    .isEqualTo(SyntheticRouter.TOP_K);
            for (int i = from + 1; i < to; i++) {
                assertThat(decisions.weights()[i]).isLessThanOrEqualTo(decisions.weights()[i - 1]);
            }
            assertThat(decisions.margin()[row]).isBetween(0f, decisions.weights()[to - 1]);
        }
    }

    @Test
    void isAsSureAsTheRealModelIs() {
        // Medians measured on OLMoE-1B-7B: mass 0.30 to 0.37 in the first layers and 0.55 in the last one, entropy from
        // 3.99 to 3.45 nats.
        assertThat(median(decide(0).mass())).isBetween(0.30f, 0.37f);
        assertThat(median(decide(15).mass())).isBetween(0.48f, 0.60f);
        assertThat(median(decide(0).entropy())).isBetween(3.80f, 3.99f);
        assertThat(median(decide(15).entropy())).isBetween(3.30f, 3.60f);
    }

    @Test
    void usesExpertsAsUnevenly() {
        int[] uses = new int[SyntheticRouter.EXPERTS];
        for (short expert : decide(7).experts()) {
            uses[expert]++;
        }
        // Shares of tokens measured on the same model in its middle layer: 3% to 50%.
        assertThat(Arrays.stream(uses).min().orElseThrow()).isBetween(TOKENS / 200, TOKENS / 20);
        assertThat(Arrays.stream(uses).max().orElseThrow()).isBetween(TOKENS / 4, TOKENS / 2);
    }

    private static Decisions decide(int layer) {
        SyntheticRouter router = new SyntheticRouter(layer, 1);
        Decisions decisions = Decisions.of(TOKENS);
        for (int row = 0; row < TOKENS; row++) {
            if (row % PROMPT == 0) {
                router.nextPrompt();
            }
            router.route(decisions, row);
        }
        return decisions;
    }

    private static float median(float[] values) {
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
