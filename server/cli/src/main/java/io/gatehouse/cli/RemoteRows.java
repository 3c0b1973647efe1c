package io.gatehouse.cli;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.QueryLimits;
import io.gatehouse.sql.ResultColumn;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Rows of a server, with the values that the engine itself would give. */
final class RemoteRows implements AnsweredRows {
    private final Statement statement;
    private final String sql;
    private final long maxRows;
    private List<ResultColumn> columns = List.of();
    private @Nullable ResultSet rows;
    private long count;
    private boolean truncated;

    RemoteRows(Statement statement, String sql, QueryLimits limits) throws SQLException {
        this.statement = requireNonNull(statement, "statement is null");
        this.sql = requireNonNull(sql, "sql is null");
        this.maxRows = limits.maxRows();
        // One more row than wanted, which says whether there are more.
        statement.setLargeMaxRows(maxRows == 0 ? 0 : maxRows + 1);
        statement.setQueryTimeout((int) limits.timeout().toSeconds());
    }

    @Override
    public boolean next() {
        try {
            ResultSet open = rows == null ? execute() : rows;
            boolean present = open.next();
            truncated = present && maxRows > 0 && count == maxRows;
            if (!present || truncated) {
                return false;
            }
            count++;
            return true;
        } catch (SQLException e) {
            throw RemoteSql.translate(e);
        }
    }

    private ResultSet execute() throws SQLException {
        ResultSet open = statement.executeQuery(sql);
        rows = open;
        ResultSetMetaData shape = open.getMetaData();
        List<ResultColumn> found = new ArrayList<>();
        for (int column = 1; column <= shape.getColumnCount(); column++) {
            found.add(new ResultColumn(shape.getColumnLabel(column), shape.getColumnTypeName(column)));
        }
        columns = List.copyOf(found);
        return open;
    }

    @Override
    public List<ResultColumn> columns() {
        return columns;
    }

    @Override
    public @Nullable Object value(int column) {
        try {
            ResultSet open = requireNonNull(rows, "no row was asked for");
            Object value = open.getObject(column + 1);
            if (value instanceof Timestamp) {
                return open.getObject(column + 1, LocalDateTime.class);
            }
            if (value instanceof OffsetDateTime) {
                return open.getObject(column + 1, OffsetDateTime.class);
            }
            if (value instanceof Time) {
                return open.getObject(column + 1, LocalTime.class);
            }
            return value instanceof Date ? open.getObject(column + 1, LocalDate.class) : plain(value);
        } catch (SQLException e) {
            throw RemoteSql.translate(e);
        }
    }

    private static @Nullable Object plain(@Nullable Object value) throws SQLException {
        if (value instanceof Array array) {
            return plain(array.getArray());
        }
        if (value instanceof Object[] elements) {
            List<@Nullable Object> list = new ArrayList<>();
            for (Object element : elements) {
                list.add(plain(element));
            }
            return list;
        }
        if (value instanceof Timestamp time) {
            return time.toLocalDateTime();
        }
        if (value instanceof Time time) {
            return time.toLocalTime();
        }
        if (value instanceof Date date) {
            return date.toLocalDate();
        }
        return value instanceof Short || value instanceof Byte ? (Object) ((Number) value).intValue() : value;
    }

    @Override
    public boolean truncated() {
        return truncated;
    }

    @Override
    public OptionalDouble progress() {
        return OptionalDouble.empty();
    }

    @Override
    public void cancel() {
        try {
            statement.cancel();
        } catch (SQLException e) {
            throw RemoteSql.translate(e);
        }
    }

    @Override
    public long writeParquet(Path file) {
        throw new GatehouseException(
                ErrorCode.INVALID_ARGUMENT,
                "A server sends Parquet itself: curl -o %s 'http://…/v1/query?format=parquet&sql=…'".formatted(file));
    }

    @Override
    public void close() {
        try {
            statement.close();
        } catch (SQLException e) {
            throw RemoteSql.translate(e);
        }
    }
}
