package io.gatehouse.jdbc;

import io.gatehouse.client.ResultColumn;
import io.gatehouse.client.Rows;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows in memory. */
final class ListRows implements Rows {
    private final List<ResultColumn> columns;
    private final List<? extends List<? extends @Nullable Object>> rows;
    private int position = -1;

    private ListRows(List<ResultColumn> columns, List<? extends List<? extends @Nullable Object>> rows) {
        this.columns = columns;
        this.rows = rows;
    }

    static ResultSet resultSet(List<ResultColumn> columns, List<? extends List<? extends @Nullable Object>> rows)
            throws SQLException {
        return new RowsResultSet(new ListRows(columns, rows), null);
    }

    @Override
    public void start() {
        // Nothing has to run.
    }

    @Override
    public List<ResultColumn> columns() {
        return columns;
    }

    @Override
    public boolean next() {
        return ++position < rows.size();
    }

    @Override
    public @Nullable Object value(int column) {
        return rows.get(position).get(column);
    }

    @Override
    public void cancel() {
        // Nothing runs.
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
