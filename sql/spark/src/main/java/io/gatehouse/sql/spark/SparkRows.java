package io.gatehouse.sql.spark;

import io.gatehouse.sql.ExecutedRows;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** Spark's rows as plain values of the types that were planned. */
final class SparkRows implements ExecutedRows {
    private final Iterator<Row> rows;
    private final List<SparkValue> values;
    private @Nullable Row row;

    SparkRows(Iterator<Row> rows, List<String> types) {
        this.rows = rows;
        this.values = types.stream().map(SparkValue::of).toList();
    }

    @Override
    public boolean next() {
        row = rows.hasNext() ? rows.next() : null;
        return row != null;
    }

    @Override
    public @Nullable Object value(int column) {
        if (row == null) {
            throw new IllegalStateException("There is no current row");
        }
        Object value = row.get(column);
        return value == null ? null : values.get(column).plain(value);
    }
}
