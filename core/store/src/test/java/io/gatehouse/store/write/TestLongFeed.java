package io.gatehouse.store.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;

/** Rows that are made layer by layer come in batches of a bounded size, all of them and in order. */
final class TestLongFeed {
    private static final int[] ROWS_OF_LAYERS = {0, 5, 8_000, 300, 2 * Feed.BATCH_ROWS + 1, 0, 7};

    @Test
    void sendsAllRowsInBatches() throws Exception {
        LongFeed feed = new LongFeed(
                ROWS_OF_LAYERS.length,
                (rows, layer) -> LongStream.range(0, ROWS_OF_LAYERS[layer]).forEach(row -> rows.add(layer, row)),
                "layer",
                "row");
        List<Integer> batches = new ArrayList<>();
        List<Long> rowsOfLayers = new ArrayList<>(List.of(0L, 0L, 0L, 0L, 0L, 0L, 0L));
        try (RootAllocator allocator = new RootAllocator();
                VectorSchemaRoot batch = VectorSchemaRoot.create(feed.schema(), allocator)) {
            for (int count = feed.fill(batch); count > 0; count = feed.fill(batch)) {
                batches.add(count);
                BigIntVector layers = (BigIntVector) batch.getVector("layer");
                BigIntVector rows = (BigIntVector) batch.getVector("row");
                for (int i = 0; i < count; i++) {
                    int layer = (int) layers.get(i);
                    assertThat(rows.get(i)).isEqualTo(rowsOfLayers.get(layer));
                    rowsOfLayers.set(layer, rows.get(i) + 1);
                }
            }
            assertThat(feed.fill(batch)).isZero();
        }
        assertThat(batches).containsExactly(8_305, Feed.BATCH_ROWS, Feed.BATCH_ROWS, 1, 7);
        assertThat(rowsOfLayers).containsExactly(0L, 5L, 8_000L, 300L, 2L * Feed.BATCH_ROWS + 1, 0L, 7L);
    }
}
