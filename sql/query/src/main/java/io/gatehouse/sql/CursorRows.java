package io.gatehouse.sql;

import io.gatehouse.client.TemporalValues;
import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.Scalar;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Rows of DuckDB's JDBC driver, for all types. */
final class CursorRows implements ExecutedRows {
    /** Reads a column of the current row as a plain value. */
    private interface Cell {
        @Nullable
        Object read(ResultSet row) throws SQLException;
    }

    private final ResultSet rows;
    private final List<Cell> cells;

    CursorRows(ResultSet rows, List<SqlType> types) {
        this.rows = rows;
        this.cells = IntStream.range(0, types.size())
                .mapToObj(i -> cell(types.get(i), i + 1))
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

    /** The driver fails in this way at values that Java does not have, such as 24:00:00 in a list of times. */
    private static SQLException unreadable(RuntimeException e) {
        return new SQLException(
                "Not implemented Error: A value of this type cannot be read; write CAST(x AS VARCHAR).", e);
    }

    /** The commonest types are read without asking the driver for the type of each value. */
    private static Cell cell(SqlType type, int index) {
        if (!(type instanceof Scalar scalar)) {
            return row -> plain(row.getObject(index));
        }
        return switch (scalar) {
            case INTEGER ->
                row -> {
                    int value = row.getInt(index);
                    return row.wasNull() ? null : Integer.valueOf(value);
                };
            case SMALLINT ->
                row -> {
                    short value = row.getShort(index);
                    return row.wasNull() ? null : Integer.valueOf(value);
                };
            case BIGINT ->
                row -> {
                    long value = row.getLong(index);
                    return row.wasNull() ? null : Long.valueOf(value);
                };
            case FLOAT ->
                row -> {
                    float value = row.getFloat(index);
                    return row.wasNull() ? null : Float.valueOf(value);
                };
            case DOUBLE ->
                row -> {
                    double value = row.getDouble(index);
                    return row.wasNull() ? null : Double.valueOf(value);
                };
            case VARCHAR -> row -> row.getString(index);
            // As java.sql.Timestamp it would pass through the clock of this machine, which skips hours and days.
            case TIMESTAMP -> row -> TemporalValues.finite(row.getObject(index, LocalDateTime.class));
            case TIME -> row -> time(row, index);
            case BOOLEAN,
                    TINYINT,
                    HUGEINT,
                    UTINYINT,
                    USMALLINT,
                    UINTEGER,
                    UBIGINT,
                    DATE,
                    TIMESTAMP_WITH_TIME_ZONE,
                    INTERVAL,
                    NULL -> row -> plain(row.getObject(index));
        };
    }

    /** Reads a time. SQL has the time 24:00:00, which Java does not have and at which the driver fails. */
    private static @Nullable Object time(ResultSet row, int index) throws SQLException {
        try {
            return row.getObject(index);
        } catch (DateTimeException e) {
            return TemporalValues.time(Duration.ofDays(1).toNanos() / 1_000);
        }
    }

    private static @Nullable Object plain(@Nullable Object value) throws SQLException {
        if (value instanceof Byte || value instanceof Short) {
            return ((Number) value).intValue();
        }
        if (value instanceof BigInteger whole) {
            return new BigDecimal(whole);
        }
        return value instanceof Array array ? list(array) : TemporalValues.finite(value);
    }

    private static List<@Nullable Object> list(Array array) throws SQLException {
        List<@Nullable Object> list = new ArrayList<>();
        switch (array.getBaseTypeName()) {
            case "TIMESTAMP" -> addCounted(array, TemporalValues::dateTime, list);
            case "TIME" -> addCounted(array, TemporalValues::time, list);
            default -> {
                for (Object element : (Object[]) array.getArray()) {
                    list.add(plain(element));
                }
            }
        }
        return Collections.unmodifiableList(list);
    }

    /**
     * Reads elements as microseconds. The driver converts them to java.sql.Timestamp in the local time zone, which
     * skips an hour a year, and fails at 24:00:00.
     */
    private static void addCounted(Array array, LongFunction<Object> made, List<@Nullable Object> list)
            throws SQLException {
        try (ResultSet elements = array.getResultSet()) {
            while (elements.next()) {
                long micros = elements.getLong(2);
                list.add(elements.wasNull() ? null : made.apply(micros));
            }
        }
    }
}
