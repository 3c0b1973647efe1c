package io.gatehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TestMicroBatch {
    private final List<int[]> prompts = List.of(new int[] {10, 11, 12}, new int[] {20}, new int[] {30, 31});

    @Test
    void packsShortestFirstAndPadsOnTheRight() {
        List<MicroBatch> batches = MicroBatch.pack(prompts, 100);
        assertThat(batches).hasSize(1);
        MicroBatch batch = batches.get(0);
        assertThat(batch.promptIndexes()).containsExactly(1, 2, 0);
        assertThat(batch.tokenIds()).containsExactly(20, 30, 31, 10, 11, 12);
        assertThat(batch.prompts()).containsExactly(1, 2, 2, 0, 0, 0);
        assertThat(batch.positions()).containsExactly(0, 0, 1, 0, 1, 2);
        assertThat(batch.padded()).isDeepEqualTo(new int[][] {{0, 0, 0}, {1, 2, 0}, {3, 4, 5}});
        assertThat(batch.packed()).containsExactly(0, 3, 4, 6, 7, 8);
        assertThat(batch.lastRows()).containsExactly(0, 2, 5);
    }

    @Test
    void countsPaddingAgainstTheLimit() {
        assertThat(MicroBatch.pack(prompts, 4))
                .extracting(batch -> batch.promptIndexes().length)
                .containsExactly(2, 1);
        assertThat(MicroBatch.pack(prompts, 9)).hasSize(1);
        assertThat(MicroBatch.pack(prompts, 8)).hasSize(2);
    }

    @Test
    void givesAPromptLongerThanTheLimitABatchOfItsOwn() {
        assertThat(MicroBatch.pack(prompts, 1)).hasSize(3);
    }

    @Test
    void packsNothingIntoNothing() {
        assertThat(MicroBatch.pack(List.of(), 100)).isEmpty();
    }
}
