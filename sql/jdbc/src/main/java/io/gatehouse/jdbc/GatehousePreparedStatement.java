package io.gatehouse.jdbc;

import io.gatehouse.client.Session;
import io.gatehouse.client.StatementShape;
import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.Scalar;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Date;
import java.sql.ParameterMetaData;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement whose parameters are given values before each run. */
final class GatehousePreparedStatement extends TextParameters {
    private static final Object NOT_SET = new Object();
    private static final int MAX_PARAMETERS = 10_000;

    private final String sql;
    private final List<@Nullable Object> values = new ArrayList<>();
    private @Nullable StatementShape shape;

    GatehousePreparedStatement(GatehouseConnection connection, String sql) {
        super(connection);
        this.sql = sql;
    }

    private void set(int parameter, @Nullable Object value) throws SQLException {
        checkOpen();
        if (parameter < 1 || parameter > MAX_PARAMETERS) {
            throw SqlErrors.of("07009", "There is no parameter %d.".formatted(parameter));
        }
        while (values.size() < parameter) {
            values.add(NOT_SET);
        }
        values.set(parameter - 1, Conversions.plain(value));
    }

    private List<@Nullable Object> values() throws SQLException {
        int missing = values.indexOf(NOT_SET);
        if (missing >= 0) {
            throw SqlErrors.of("07001", "Parameter %d has no value.".formatted(missing + 1));
        }
        if (values.stream().noneMatch(Moment.class::isInstance)) {
            return values;
        }
        List<@Nullable Object> typed = new ArrayList<>(values);
        List<SqlType> types = shape().parameters();
        for (int i = 0; i < typed.size(); i++) {
            if (typed.get(i) instanceof Moment moment) {
                typed.set(i, moment.as(i < types.size() ? types.get(i) : Scalar.TIMESTAMP));
            }
        }
        return typed;
    }

    @Override
    public ResultSet executeQuery() throws SQLException {
        return run(sql, values());
    }

    @Override
    public boolean execute() throws SQLException {
        executeQuery();
        return true;
    }

    @Override
    public int executeUpdate() throws SQLException {
        throw SqlErrors.readOnly("An update");
    }

    @Override
    public long executeLargeUpdate() throws SQLException {
        return executeUpdate();
    }

    @Override
    public void addBatch() throws SQLException {
        throw SqlErrors.unsupported("A batch of statements");
    }

    @Override
    public void clearParameters() throws SQLException {
        checkOpen();
        values.clear();
    }

    private StatementShape shape() throws SQLException {
        checkOpen();
        Session session = session();
        StatementShape known = shape == null ? SqlErrors.get(() -> session.shape(sql)) : shape;
        shape = known;
        return known;
    }

    @Override
    public ResultSetMetaData getMetaData() throws SQLException {
        return new ResultColumns(shape().columns());
    }

    @Override
    public ParameterMetaData getParameterMetaData() throws SQLException {
        return new ParameterTypes(shape().parameters());
    }

    @Override
    public ResultSet executeQuery(String other) throws SQLException {
        throw SqlErrors.invalid("A prepared statement runs its own text only.");
    }

    @Override
    public boolean execute(String other) throws SQLException {
        throw SqlErrors.invalid("A prepared statement runs its own text only.");
    }

    @Override
    public void setNull(int parameter, int type) throws SQLException {
        set(parameter, null);
    }

    @Override
    public void setNull(int parameter, int type, String name) throws SQLException {
        set(parameter, null);
    }

    @Override
    public void setBoolean(int parameter, boolean value) throws SQLException {
        set(parameter, value);
    }

    @Override
    public void setByte(int parameter, byte value) throws SQLException {
        set(parameter, value);
    }

    @Override
    public void setShort(int parameter, short value) throws SQLException {
        set(parameter, value);
    }

    @Override
    public void setInt(int parameter, int value) throws SQLException {
        set(parameter, value);
    }

    @Override
    public void setLong(int parameter, long value) throws SQLException {
        set(parameter, value);
    }

    @Override
    public void setFloat(int parameter, float value) throws SQLException {
        set(parameter, value);
    }

    @Override
    public void setDouble(int parameter, double value) throws SQLException {
        set(parameter, value);
    }

    @Override
    public void setBigDecimal(int parameter, @Nullable BigDecimal value) throws SQLException {
        set(parameter, value);
    }

    @Override
    public void setString(int parameter, @Nullable String value) throws SQLException {
        set(parameter, value);
    }

    @Override
    public void setNString(int parameter, @Nullable String value) throws SQLException {
        set(parameter, value);
    }

    @Override
    public void setDate(int parameter, @Nullable Date value) throws SQLException {
        set(parameter, value);
    }

    @Override
    public void setTime(int parameter, @Nullable Time value) throws SQLException {
        set(parameter, value);
    }

    @Override
    public void setTimestamp(int parameter, @Nullable Timestamp value) throws SQLException {
        set(parameter, value);
    }

    @Override
    public void setDate(int parameter, @Nullable Date value, @Nullable Calendar calendar) throws SQLException {
        set(parameter, value == null ? null : shown(value.getTime(), calendar).toLocalDate());
    }

    @Override
    public void setTime(int parameter, @Nullable Time value, @Nullable Calendar calendar) throws SQLException {
        set(parameter, value == null ? null : shown(value.getTime(), calendar).toLocalTime());
    }

    @Override
    public void setTimestamp(int parameter, @Nullable Timestamp value, @Nullable Calendar calendar)
            throws SQLException {
        set(parameter, value == null || calendar == null ? value : Moment.of(value.toInstant(), calendar));
    }

    /** A moment as the clock of a calendar shows it. */
    private static LocalDateTime shown(long millis, @Nullable Calendar calendar) {
        return Moment.of(Instant.ofEpochMilli(millis), calendar).shown();
    }

    @Override
    public void setObject(int parameter, @Nullable Object value) throws SQLException {
        set(parameter, value);
    }

    /** The type is the parameter's own; a value that is none is refused when the statement runs. */
    @Override
    public void setObject(int parameter, @Nullable Object value, int type) throws SQLException {
        set(parameter, value);
    }

    @Override
    public void setObject(int parameter, @Nullable Object value, int type, int scale) throws SQLException {
        set(parameter, value);
    }

    @Override
    public void setObject(int parameter, @Nullable Object value, SQLType type) throws SQLException {
        set(parameter, value);
    }

    @Override
    public void setObject(int parameter, @Nullable Object value, SQLType type, int scale) throws SQLException {
        set(parameter, value);
    }

    @Override
    public void setArray(int parameter, @Nullable Array value) throws SQLException {
        set(parameter, value);
    }
}
