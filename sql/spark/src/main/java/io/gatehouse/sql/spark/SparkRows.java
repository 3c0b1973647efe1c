package io.gatehouse.sql.spark;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.ExecutedRows;
import io.gatehouse.type.SqlType;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** Spark's rows as plain values of the types that were planned. */
final class SparkRows implements ExecutedRows, AutoCloseable {
    private final Iterator<Row> rows;
    private final List<SparkValue> values;
    private final Runnable atEnd;
    private final Function<Exception, GatehouseException> failure;
    private @Nullable Row row;

    /**
     * Rows of a statement.
     *
     * @param rows as Spark's client gives them: to be closed
     * @param atEnd is run behind the last row
     * @param failure what an error of the client means
     */
    SparkRows(
            Iterator<Row> rows, List<SqlType> types, Runnable atEnd, Function<Exception, GatehouseException> failure) {
        this.rows = rows;
        this.values = types.stream().map(SparkValue::of).toList();
        this.atEnd = atEnd;
        this.failure = failure;
    }

    @Override
    public boolean next() {
        try {
            row = rows.hasNext() ? rows.next() : null;
        } catch (Exception e) {
            throw failure.apply(e);
        }
        if (row == null) {
            atEnd.run();
        }
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

    /** Spark's promise is that what {@code toLocalIterator} gives can be closed, though its type does not say so. */
    @Override
    public void close() {
        row = null;
        if (rows instanceof AutoCloseable open) {
            try {
                open.close();
            } catch (Exception e) {
                // Not what stopped the statement, which is closed whether it was read to its end or not.
                throw SparkFailures.translate(e);
            }
        }
    }
}
