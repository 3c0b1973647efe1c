package io.gatehouse.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Rows of DuckDB's JDBC driver, of any types. */
final class CursorRows implements ExecutedRows {
    private final ResultSet rows;
    private final List<Cell> cells;

    CursorRows(ResultSet rows, List<String> types) {
        this.rows = rows;
        this.cells = IntStream.range(0, types.size())
                .mapToObj(i -> Cell.of(types.get(i), i))
                .toList();
    }

    @Override
    public boolean next() throws SQLException {
        try {
            return rows.next();
        } catch (RuntimeException e) {
            throw unreadable(e);
        }
    }

    @Override
    public @Nullable Object value(int column) throws SQLException {
        try {
            return cells.get(column).read(rows);
        } catch (RuntimeException e) {
            throw unreadable(e);
        }
    }

    /** The driver fails so at values that Java has not, such as 24:00:00 in a list of times. */
    private static SQLException unreadable(RuntimeException e) {
        return new SQLException(
                "Not implemented Error: A value of this type cannot be read; write CAST(x AS VARCHAR).", e);
    }
}
