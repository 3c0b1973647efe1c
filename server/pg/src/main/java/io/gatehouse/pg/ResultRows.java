package io.gatehouse.pg;

import io.gatehouse.pg.wire.Field;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of a statement, read forward by the thread of a session. */
interface ResultRows extends AutoCloseable {
    List<Field> fields();

    /** Moves to the next row; false at the end. */
    boolean next();

    /** The value of a column, from 0, of the current row; null is SQL's NULL. */
    @Nullable
    Object value(int column);

    /** The client may take its time until the next row. */
    default void pause() {}

    /** Says why no more rows are read. */
    default void fail(RuntimeException reason) {}

    /** Ends what computes, from any thread. */
    default void cancel() {}

    @Override
    default void close() {}

    /** Rows that are there already. */
    static ResultRows of(List<Field> fields, List<? extends List<? extends @Nullable Object>> rows) {
        return new ResultRows() {
            private int next;

            @Override
            public List<Field> fields() {
                return fields;
            }

            @Override
            public boolean next() {
                return next++ < rows.size();
            }

            @Override
            public @Nullable Object value(int column) {
                return rows.get(next - 1).get(column);
            }
        };
    }
}
