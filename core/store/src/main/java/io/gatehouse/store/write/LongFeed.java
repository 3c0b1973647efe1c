package io.gatehouse.store.write;

import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** Whole numbers for DuckDB, as many columns as are named; for rollups, which are far fewer rows than their facts. */
final class LongFeed implements Feed {
    /** Stands for NULL. No sum of whole-number units is as small. */
    static final long ABSENT = Long.MIN_VALUE;

    private final List<String> names;
    private final long[][] columns;
    private int rows;
    private int sent;

    LongFeed(String... names) {
        this.names = List.of(names);
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
        int count = Math.min(rows - sent, BATCH_ROWS);
        for (int column = 0; column < columns.length; column++) {
            LongBuffer values = ArrowBuffers.longs(batch, names.get(column), count);
            values.put(columns[column], sent, count);
            ArrowBuffers.setAbsentNull(batch, names.get(column), columns[column], sent, 0, count);
        }
        sent += count;
        return count;
    }
}
