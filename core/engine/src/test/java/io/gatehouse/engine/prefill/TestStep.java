package io.gatehouse.engine.prefill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.gatehouse.checkpoint.config.Mask;
import io.gatehouse.engine.memory.TensorMemory;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.types.TFloat32;

/** Which cells of a cache a token sees, what stands in them, and which token is chosen. */
final class TestStep {
    /** Writes a text token by token into as many cells as its layer has, and asks before each token what it sees. */
    @Test
    void aTokenSeesThoseBeforeItThatItsMaskLetsItSee() {
        for (Mask mask : List.of(
                new Mask.Causal(),
                new Mask.Window(1),
                new Mask.Window(7),
                new Mask.Window(16),
                new Mask.Window(33),
                new Mask.Chunk(8),
                new Mask.Chunk(20))) {
            int[] cells = new int[0];
            for (int position = 1; position < 150; position++) {
                int width = Caches.width(Caches.width(position + 1), mask);
                // A text that grows keeps its cells, as it has not filled them yet.
                cells = grown(cells, width, position);
                for (int token = 0; token < position; token++) {
                    boolean visible = mask instanceof Mask.Window window
                            ? position - token < window.size()
                            : !(mask instanceof Mask.Chunk chunk) || token / chunk.size() == position / chunk.size();
                    assertThat(seen(cells, mask, position, token))
                            .as("%s: %d sees %d", mask, position, token)
                            .isEqualTo(visible ? 1 : 0);
                }
                cells[position % width] = position;
            }
        }
    }

    private static long seen(int[] cells, Mask mask, int position, int token) {
        return IntStream.range(0, cells.length)
                .filter(cell -> cells[cell] == token && Step.sees(mask, position, cell, cells.length))
                .count();
    }

    private static int[] grown(int[] cells, int width, int position) {
        if (cells.length == width) {
            return cells;
        }
        int[] next = new int[width];
        Arrays.fill(next, -1);
        if (cells.length == 0) {
            for (int token = 0; token < position; token++) {
                next[token % width] = token;
            }
        } else {
            System.arraycopy(cells, 0, next, 0, cells.length);
        }
        return next;
    }

    @Test
    void aCacheKeepsTheLastTokensOfEachSlot() {
        CacheTensor.Layout narrow = new CacheTensor.Layout(TFloat32.class, 2, 4, 3);
        CacheTensor.Layout wide = new CacheTensor.Layout(TFloat32.class, 2, 8, 3);
        try (CacheTensor cache = new CacheTensor(narrow, 2);
                CacheTensor wider = new CacheTensor(wide, 1);
                TFloat32 rows = TFloat32.tensorOf(StdArrays.ndCopyOf(rows(6)))) {
            cache.write(1, 0, rows, 0, 3);
            cache.write(0, 0, rows, 0, 6);
            assertThat(cell(cache, narrow, 0, 1, 0)).containsExactly(43, 44, 45);
            assertThat(cell(cache, narrow, 0, 1, 3)).containsExactly(33, 34, 35);
            assertThat(cell(cache, narrow, 1, 0, 2)).containsExactly(20, 21, 22);
            assertThat(cell(cache, narrow, 1, 0, 3)).containsExactly(0, 0, 0);
            wider.take(cache, 1, 0);
            wider.write(0, 3, rows, 3, 2);
            for (int token = 0; token < 5; token++) {
                assertThat(cell(wider, wide, 0, 1, token))
                        .containsExactly(10 * token + 3, 10 * token + 4, 10 * token + 5);
            }
            cache.resize(2, 3);
            cache.move(1, 0);
            assertThat(cell(cache, narrow, 0, 0, 2)).containsExactly(20, 21, 22);
        }
    }

    /** Entry j of token i is 10 i + j. */
    private static float[][] rows(int tokens) {
        float[][] rows = new float[tokens][6];
        for (int i = 0; i < tokens; i++) {
            for (int j = 0; j < 6; j++) {
                rows[i][j] = 10f * i + j;
            }
        }
        return rows;
    }

    private static float[] cell(CacheTensor cache, CacheTensor.Layout layout, int slot, int head, int cell) {
        float[] all = TensorMemory.floats(cache.tensor());
        int from = ((slot * layout.heads() + head) * layout.width() + cell) * layout.size();
        return Arrays.copyOfRange(all, from, from + layout.size());
    }

    @Test
    void theLowestOfEquallyProbableTokensIsChosen() {
        float[] logits = {0, 3, -1, 3, 2};
        assertThat(greedy(logits, Set.of()).token()).isEqualTo(1);
        assertThat(greedy(logits, Set.of(1)).token()).isEqualTo(3);
        assertThat(greedy(logits, Set.of(1, 3)).token()).isEqualTo(4);
        double sum = Math.exp(0) + 2 * Math.exp(3) + Math.exp(-1) + Math.exp(2);
        assertThat((double) greedy(logits, Set.of(1, 3)).logProbability()).isCloseTo(2 - Math.log(sum), offset(1e-6));
    }

    private static NextToken greedy(float[] logits, Set<Integer> excluded) {
        return NextToken.choose(logits, Sampling.GREEDY, excluded, new BitSet(), 0);
    }
}
