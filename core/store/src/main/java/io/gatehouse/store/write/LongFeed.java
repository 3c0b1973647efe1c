package io.gatehouse.store.write;

import java.util.Arrays;
import java.util.List;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Whole numbers for DuckDB, as many columns as are named; for rollups, which are far fewer rows than their facts. Rows are
 * made layer by layer when they are read, so that only those of a few layers exist at once.
 */
final class LongFeed implements Feed {
    /** Stands for NULL. No sum of whole-number units is as small. */
    static final long ABSENT = Long.MIN_VALUE;

    /** Rows after which no further layer is added to a batch. */
    private static final int ENOUGH_ROWS = 8192;

    private final List<String> names;
    private final int layers;
    private final Rows ofLayer;
    private final long[][] columns;
    private int rows;
    private int sent;
    private int layer;

    /** Makes the rows of a layer. */
    interface Rows {
        /** Calls {@link LongFeed#add} for each row. */
        void addTo(LongFeed feed, int layer);
    }

    LongFeed(int layers, Rows ofLayer, String... names) {
        this.names = List.of(names);
        this.layers = layers;
        this.ofLayer = ofLayer;
        this.columns = new long[names.length][1024];
    }

    void add(long... row) {
        if (rows == columns[0].length) {
            for (int column = 0; column < columns.length; column++) {
                columns[column] = Arrays.copyOf(columns[column], 2 * rows);
            }
        }
        for (int column = 0; column < columns.length; column++) {
            columns[column][rows] = row[column];
        }
        rows++;
    }

    @Override
    public Schema schema() {
        return new Schema(names.stream()
                .map(name -> Field.nullable(name, ArrowBuffers.BIGINT))
                .toList());
    }

    @Override
    public int fill(VectorSchemaRoot batch) {
        if (sent == rows) {
            rows = 0;
            sent = 0;
            while (rows < ENOUGH_ROWS && layer < layers) {
                ofLayer.addTo(this, layer++);
            }
        }
        int count = Math.min(rows - sent, BATCH_ROWS);
        for (int column = 0; column < columns.length; column++) {
            ArrowBuffers.longs(batch, names.get(column), count).put(columns[column], sent, count);
            for (int row = 0; row < count; row++) {
                if (columns[column][sent + row] == ABSENT) {
                    ArrowBuffers.setNull(batch.getVector(names.get(column)), row, 1);
                }
            }
        }
        sent += count;
        return count;
    }
}
