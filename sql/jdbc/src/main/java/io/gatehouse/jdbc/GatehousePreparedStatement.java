package io.gatehouse.jdbc;

import static io.gatehouse.jdbc.SqlErrors.unsupported;

import io.gatehouse.client.ParameterName;
import io.gatehouse.client.Session;
import io.gatehouse.client.StatementShape;
import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.Scalar;
import java.io.CharArrayWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.math.BigDecimal;
import java.net.URL;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.Ref;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement whose parameters are given values before each run. */
final class GatehousePreparedStatement extends GatehouseStatement implements PreparedStatement {
    private static final Object NOT_SET = new Object();
    private static final int MAX_PARAMETERS = 10_000;
    private static final int CHUNK = 8_192;

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
        if (values.stream().noneMatch(TimestampParameter.class::isInstance)) {
            return values;
        }
        List<@Nullable Object> typed = new ArrayList<>(values);
        List<SqlType> types = shape().parameters();
        for (int i = 0; i < typed.size(); i++) {
            if (typed.get(i) instanceof TimestampParameter moment) {
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
        if (!known.names().isEmpty()) {
            throw SqlErrors.of(
                    "0A000",
                    "Parameters have no names in JDBC; write ? in the place of %s."
                            .formatted(ParameterName.label(known.names(), 0)));
        }
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
        set(parameter, value == null || calendar == null ? value : TimestampParameter.of(value.toInstant(), calendar));
    }

    /** A moment in the time zone of a calendar. */
    private static LocalDateTime shown(long millis, @Nullable Calendar calendar) {
        return TimestampParameter.of(Instant.ofEpochMilli(millis), calendar).shown();
    }

    /** Reads a text that comes in another form than a String, and sets the String. */
    private void set(int parameter, @Nullable Reader text, long length) throws SQLException {
        checkOpen();
        Arguments.notNegative(length, "length");
        setString(parameter, text == null ? null : read(text, length));
    }

    private static String read(Reader text, long length) throws SQLException {
        char[] chunk = new char[CHUNK];
        CharArrayWriter read = new CharArrayWriter();
        try {
            long left = length;
            int count = 0;
            while (left > 0 && count >= 0) {
                count = text.read(chunk, 0, (int) Math.min(left, CHUNK));
                read.write(chunk, 0, Math.max(0, count));
                left -= Math.max(0, count);
            }
            return read.toString();
        } catch (IOException e) {
            throw SqlErrors.of(
                    SqlErrors.INVALID_PARAMETER,
                    "The text of the parameter cannot be read: %s.".formatted(e.getMessage()),
                    false,
                    e);
        }
    }

    private void set(int parameter, @Nullable InputStream text, long length, Charset charset) throws SQLException {
        set(parameter, text == null ? null : new InputStreamReader(text, charset), length);
    }

    @Override
    public void setClob(int parameter, @Nullable Clob value) throws SQLException {
        set(parameter, value == null ? null : value.getCharacterStream(), Long.MAX_VALUE);
    }

    // spotless:off

    // Values of any type: the parameter has a type of its own, and a value that does not fit it is refused when the
    // statement runs.
    @Override public void setNull(int parameter, int type) throws SQLException { set(parameter, null); }
    @Override public void setNull(int parameter, int type, String name) throws SQLException { set(parameter, null); }
    @Override public void setBoolean(int parameter, boolean value) throws SQLException { set(parameter, value); }
    @Override public void setByte(int parameter, byte value) throws SQLException { set(parameter, value); }
    @Override public void setShort(int parameter, short value) throws SQLException { set(parameter, value); }
    @Override public void setInt(int parameter, int value) throws SQLException { set(parameter, value); }
    @Override public void setLong(int parameter, long value) throws SQLException { set(parameter, value); }
    @Override public void setFloat(int parameter, float value) throws SQLException { set(parameter, value); }
    @Override public void setDouble(int parameter, double value) throws SQLException { set(parameter, value); }
    @Override public void setBigDecimal(int parameter, @Nullable BigDecimal value) throws SQLException { set(parameter, value); }
    @Override public void setString(int parameter, @Nullable String value) throws SQLException { set(parameter, value); }
    @Override public void setNString(int parameter, @Nullable String value) throws SQLException { set(parameter, value); }
    @Override public void setDate(int parameter, @Nullable Date value) throws SQLException { set(parameter, value); }
    @Override public void setTime(int parameter, @Nullable Time value) throws SQLException { set(parameter, value); }
    @Override public void setTimestamp(int parameter, @Nullable Timestamp value) throws SQLException { set(parameter, value); }
    @Override public void setObject(int parameter, @Nullable Object value) throws SQLException { set(parameter, value); }
    @Override public void setObject(int parameter, @Nullable Object value, int type) throws SQLException { set(parameter, value); }
    @Override public void setObject(int parameter, @Nullable Object value, int type, int scale) throws SQLException { set(parameter, value); }
    @Override public void setObject(int parameter, @Nullable Object value, SQLType type) throws SQLException { set(parameter, value); }
    @Override public void setObject(int parameter, @Nullable Object value, SQLType type, int scale) throws SQLException { set(parameter, value); }
    @Override public void setArray(int parameter, @Nullable Array value) throws SQLException { set(parameter, value); }

    // Texts, in whatever form they come
    @Override public void setCharacterStream(int parameter, @Nullable Reader value) throws SQLException { set(parameter, value, Long.MAX_VALUE); }
    @Override public void setCharacterStream(int parameter, @Nullable Reader value, int length) throws SQLException { set(parameter, value, length); }
    @Override public void setCharacterStream(int parameter, @Nullable Reader value, long length) throws SQLException { set(parameter, value, length); }
    @Override public void setNCharacterStream(int parameter, @Nullable Reader value) throws SQLException { set(parameter, value, Long.MAX_VALUE); }
    @Override public void setNCharacterStream(int parameter, @Nullable Reader value, long length) throws SQLException { set(parameter, value, length); }
    @Override public void setAsciiStream(int parameter, @Nullable InputStream value) throws SQLException { set(parameter, value, Long.MAX_VALUE, StandardCharsets.US_ASCII); }
    @Override public void setAsciiStream(int parameter, @Nullable InputStream value, int length) throws SQLException { set(parameter, value, length, StandardCharsets.US_ASCII); }
    @Override public void setAsciiStream(int parameter, @Nullable InputStream value, long length) throws SQLException { set(parameter, value, length, StandardCharsets.US_ASCII); }
    @Override public void setClob(int parameter, @Nullable Reader value) throws SQLException { set(parameter, value, Long.MAX_VALUE); }
    @Override public void setClob(int parameter, @Nullable Reader value, long length) throws SQLException { set(parameter, value, length); }
    @Override public void setNClob(int parameter, @Nullable NClob value) throws SQLException { setClob(parameter, value); }
    @Override public void setNClob(int parameter, @Nullable Reader value) throws SQLException { set(parameter, value, Long.MAX_VALUE); }
    @Override public void setNClob(int parameter, @Nullable Reader value, long length) throws SQLException { set(parameter, value, length); }

    // SQL here has no such types.
    @Override public void setBytes(int parameter, byte[] value) throws SQLException { throw unsupported(); }
    @Override @Deprecated public void setUnicodeStream(int parameter, InputStream value, int length) throws SQLException { throw unsupported(); }
    @Override public void setBinaryStream(int parameter, InputStream value, int length) throws SQLException { throw unsupported(); }
    @Override public void setRef(int parameter, Ref value) throws SQLException { throw unsupported(); }
    @Override public void setBlob(int parameter, Blob value) throws SQLException { throw unsupported(); }
    @Override public void setURL(int parameter, URL value) throws SQLException { throw unsupported(); }
    @Override public void setRowId(int parameter, RowId value) throws SQLException { throw unsupported(); }
    @Override public void setBlob(int parameter, InputStream value, long length) throws SQLException { throw unsupported(); }
    @Override public void setSQLXML(int parameter, SQLXML value) throws SQLException { throw unsupported(); }
    @Override public void setBinaryStream(int parameter, InputStream value, long length) throws SQLException { throw unsupported(); }
    @Override public void setBinaryStream(int parameter, InputStream value) throws SQLException { throw unsupported(); }
    @Override public void setBlob(int parameter, InputStream value) throws SQLException { throw unsupported(); }
    // spotless:on
}
