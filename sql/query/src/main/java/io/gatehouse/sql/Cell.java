package io.gatehouse.sql;

import io.gatehouse.client.Moments;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/** Reads a column of DuckDB's rows as a plain value; of the commonest types without asking the driver what type it is. */
interface Cell {
    @Nullable
    Object read(ResultSet row) throws SQLException;

    /** The reader of a column, numbered from 0, of a SQL type. */
    static Cell of(String type, int column) {
        int index = column + 1;
        return switch (type) {
            case "INTEGER" ->
                row -> {
                    int value = row.getInt(index);
                    return row.wasNull() ? null : Integer.valueOf(value);
                };
            case "SMALLINT" ->
                row -> {
                    short value = row.getShort(index);
                    return row.wasNull() ? null : Integer.valueOf(value);
                };
            case "BIGINT" ->
                row -> {
                    long value = row.getLong(index);
                    return row.wasNull() ? null : Long.valueOf(value);
                };
            case "FLOAT" ->
                row -> {
                    float value = row.getFloat(index);
                    return row.wasNull() ? null : Float.valueOf(value);
                };
            case "DOUBLE" ->
                row -> {
                    double value = row.getDouble(index);
                    return row.wasNull() ? null : Double.valueOf(value);
                };
            case "VARCHAR" -> row -> row.getString(index);
            // As java.sql.Timestamp it would pass through the clock of this machine, which skips hours and days.
            case "TIMESTAMP" -> row -> Moments.finite(row.getObject(index, LocalDateTime.class));
            case "TIME" -> row -> time(row, index);
            default -> row -> Values.plain(row.getObject(index));
        };
    }

    /** 24:00:00 is a time of SQL and none of Java's, for which the driver fails. */
    private static @Nullable Object time(ResultSet row, int index) throws SQLException {
        try {
            return row.getObject(index);
        } catch (DateTimeException e) {
            return Moments.time(Duration.ofDays(1).toNanos() / 1_000);
        }
    }
}
