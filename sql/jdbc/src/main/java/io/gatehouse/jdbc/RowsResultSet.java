package io.gatehouse.jdbc;

import io.gatehouse.client.ResultColumn;
import io.gatehouse.client.Rows;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows of a statement, read forward by one thread. */
final class RowsResultSet extends LabelledResultSet {
    /** Each digit of a scale becomes one of the number. */
    private static final int MAX_SCALE = 10_000;

    private final Rows rows;
    private final Cursor cursor;
    private final @Nullable GatehouseStatement statement;
    private final List<JdbcType> types = new ArrayList<>();
    private final Map<String, Integer> labels = new HashMap<>();
    private boolean closed;

    /** @param statement the one that made them; null for rows that no statement made */
    RowsResultSet(Rows rows, @Nullable GatehouseStatement statement) {
        this.rows = rows;
        this.cursor = new Cursor(rows);
        this.statement = statement;
        List<ResultColumn> columns = rows.columns();
        for (int i = 0; i < columns.size(); i++) {
            types.add(JdbcType.of(columns.get(i).type()));
            labels.putIfAbsent(columns.get(i).name().toLowerCase(Locale.ROOT), i + 1);
        }
    }

    @Override
    public boolean next() throws SQLException {
        checkOpen();
        return cursor.next();
    }

    @Override
    void checkOpen() throws SQLException {
        if (closed) {
            throw SqlErrors.closed("result");
        }
    }

    private @Nullable Object value(int column) throws SQLException {
        checkOpen();
        return cursor.value(column);
    }

    private JdbcType type(int column) {
        return types.get(column - 1);
    }

    @Override
    public boolean wasNull() throws SQLException {
        checkOpen();
        return cursor.wasNull();
    }

    @Override
    public int findColumn(String label) throws SQLException {
        checkOpen();
        Integer column = label == null ? null : labels.get(label.toLowerCase(Locale.ROOT));
        if (column == null) {
            throw SqlErrors.of("42703", "The result has no column \"%s\".".formatted(label));
        }
        return column;
    }

    @Override
    public @Nullable String getString(int column) throws SQLException {
        Object value = value(column);
        return value == null ? null : ValueText.of(value);
    }

    @Override
    public boolean getBoolean(int column) throws SQLException {
        Object value = value(column);
        return value != null && Conversions.bool(value);
    }

    @Override
    public byte getByte(int column) throws SQLException {
        return (byte) whole(column, Byte.MIN_VALUE, Byte.MAX_VALUE, "byte");
    }

    @Override
    public short getShort(int column) throws SQLException {
        return (short) whole(column, Short.MIN_VALUE, Short.MAX_VALUE, "short");
    }

    @Override
    public int getInt(int column) throws SQLException {
        return (int) whole(column, Integer.MIN_VALUE, Integer.MAX_VALUE, "int");
    }

    @Override
    public long getLong(int column) throws SQLException {
        return whole(column, Long.MIN_VALUE, Long.MAX_VALUE, "long");
    }

    private long whole(int column, long least, long most, String type) throws SQLException {
        Object value = value(column);
        return value == null ? 0 : Conversions.whole(value, least, most, type);
    }

    @Override
    public float getFloat(int column) throws SQLException {
        Object value = value(column);
        return value == null ? 0 : Conversions.single(value);
    }

    @Override
    public double getDouble(int column) throws SQLException {
        Object value = value(column);
        return value == null ? 0 : Conversions.floating(value);
    }

    @Override
    public @Nullable BigDecimal getBigDecimal(int column) throws SQLException {
        Object value = value(column);
        return value == null ? null : Conversions.decimal(value);
    }

    @Override
    @Deprecated
    public @Nullable BigDecimal getBigDecimal(int column, int scale) throws SQLException {
        BigDecimal value = getBigDecimal(column);
        if (scale < 0 || scale > MAX_SCALE) {
            throw SqlErrors.invalid("The scale must be between 0 and %d, not %d.".formatted(MAX_SCALE, scale));
        }
        return value == null ? null : value.setScale(scale, RoundingMode.HALF_UP);
    }

    @Override
    public @Nullable Date getDate(int column) throws SQLException {
        Object value = value(column);
        return value == null ? null : Date.valueOf(Conversions.date(value));
    }

    @Override
    public @Nullable Date getDate(int column, @Nullable Calendar calendar) throws SQLException {
        Date date = getDate(column);
        return date == null || calendar == null
                ? date
                : new Date(Conversions.timestamp(date.toLocalDate(), calendar).getTime());
    }

    @Override
    public @Nullable Time getTime(int column) throws SQLException {
        Object value = value(column);
        return value == null ? null : Conversions.sqlTime(Conversions.time(value));
    }

    @Override
    public @Nullable Time getTime(int column, @Nullable Calendar calendar) throws SQLException {
        Object value = value(column);
        if (value == null) {
            return null;
        }
        LocalTime time = Conversions.time(value);
        return calendar == null
                ? Conversions.sqlTime(time)
                : new Time(Conversions.timestamp(time.atDate(LocalDate.EPOCH), calendar)
                        .getTime());
    }

    @Override
    public @Nullable Timestamp getTimestamp(int column) throws SQLException {
        return getTimestamp(column, null);
    }

    @Override
    public @Nullable Timestamp getTimestamp(int column, @Nullable Calendar calendar) throws SQLException {
        Object value = value(column);
        return value == null ? null : Conversions.timestamp(value, calendar);
    }

    @Override
    public @Nullable Object getObject(int column) throws SQLException {
        Object value = value(column);
        return value instanceof Number || value instanceof String ? value : Conversions.standard(value, type(column));
    }

    @Override
    public @Nullable Object getObject(int column, Map<String, Class<?>> map) throws SQLException {
        return getObject(column);
    }

    @Override
    public <T> @Nullable T getObject(int column, Class<T> wanted) throws SQLException {
        Arguments.present(wanted, "class");
        Object value = value(column);
        return value == null ? null : Conversions.as(value, wanted, type(column));
    }

    @Override
    public @Nullable Array getArray(int column) throws SQLException {
        Object value = value(column);
        return value == null ? null : Conversions.as(value, Array.class, type(column));
    }

    @Override
    public @Nullable String getNString(int column) throws SQLException {
        return getString(column);
    }

    /** What {@code getString} gives, in UTF-8, whatever the type: some callers ask for what they do not know as bytes. */
    @Override
    public byte @Nullable [] getBytes(int column) throws SQLException {
        return encoded(column, StandardCharsets.UTF_8);
    }

    private byte @Nullable [] encoded(int column, Charset charset) throws SQLException {
        String text = getString(column);
        return text == null ? null : text.getBytes(charset);
    }

    @Override
    public @Nullable InputStream getBinaryStream(int column) throws SQLException {
        return stream(column, StandardCharsets.UTF_8);
    }

    @Override
    public @Nullable InputStream getAsciiStream(int column) throws SQLException {
        return stream(column, StandardCharsets.US_ASCII);
    }

    @Override
    @Deprecated
    public @Nullable InputStream getUnicodeStream(int column) throws SQLException {
        return stream(column, StandardCharsets.UTF_8);
    }

    private @Nullable InputStream stream(int column, Charset charset) throws SQLException {
        byte[] bytes = encoded(column, charset);
        return bytes == null ? null : new ByteArrayInputStream(bytes);
    }

    @Override
    public @Nullable Reader getCharacterStream(int column) throws SQLException {
        String text = getString(column);
        return text == null ? null : new StringReader(text);
    }

    @Override
    public @Nullable Reader getNCharacterStream(int column) throws SQLException {
        return getCharacterStream(column);
    }

    @Override
    public @Nullable NClob getNClob(int column) throws SQLException {
        String text = getString(column);
        return text == null ? null : new TextClob(text);
    }

    @Override
    public @Nullable Clob getClob(int column) throws SQLException {
        return getNClob(column);
    }

    @Override
    public ResultSetMetaData getMetaData() throws SQLException {
        checkOpen();
        return new ResultColumns(rows.columns());
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        checkOpen();
        return null;
    }

    @Override
    public void clearWarnings() throws SQLException {
        checkOpen();
    }

    @Override
    public boolean isBeforeFirst() throws SQLException {
        checkOpen();
        return cursor.isBeforeFirst();
    }

    @Override
    public boolean isAfterLast() throws SQLException {
        checkOpen();
        return cursor.isAfterLast();
    }

    @Override
    public boolean isFirst() throws SQLException {
        checkOpen();
        return cursor.isFirst();
    }

    @Override
    public int getRow() throws SQLException {
        checkOpen();
        return cursor.row();
    }

    /** Rows come in batches of the engine's size. */
    @Override
    public void setFetchSize(int size) throws SQLException {
        checkOpen();
        Arguments.notNegative(size, "fetch size");
    }

    @Override
    public @Nullable Statement getStatement() throws SQLException {
        checkOpen();
        return statement;
    }

    @Override
    public void close() throws SQLException {
        if (!closed) {
            closed = true;
            SqlErrors.run(rows::close);
            if (statement != null) {
                statement.resultClosed();
            }
        }
    }

    @Override
    public boolean isClosed() {
        return closed;
    }
}
