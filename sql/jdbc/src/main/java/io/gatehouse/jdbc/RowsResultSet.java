package io.gatehouse.jdbc;

import static io.gatehouse.jdbc.SqlErrors.forwardOnly;
import static io.gatehouse.jdbc.SqlErrors.readOnly;
import static io.gatehouse.jdbc.SqlErrors.unsupported;

import io.gatehouse.client.ResultColumn;
import io.gatehouse.client.Rows;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URL;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.Ref;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLWarning;
import java.sql.SQLXML;
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
final class RowsResultSet implements ResultSet, SelfWrapper {
    /** Limits the digits of a number. */
    private static final int MAX_SCALE = 10_000;

    private final Rows rows;
    private final Cursor cursor;
    private final @Nullable GatehouseStatement statement;
    private final List<JdbcType> types = new ArrayList<>();
    private final Map<String, Integer> labels = new HashMap<>();
    private boolean closed;

    /** @param statement the one that made the rows; null if none did */
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

    private void checkOpen() throws SQLException {
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

    /** The text of {@code getString} in UTF-8, whatever the type: some callers ask for unknown types as bytes. */
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

    // What is the same for every result

    @Override
    public void setFetchDirection(int direction) throws SQLException {
        checkOpen();
        if (direction != FETCH_FORWARD) {
            throw SqlErrors.unsupported("Fetching in another direction than forward");
        }
    }

    @Override
    public int getFetchDirection() throws SQLException {
        checkOpen();
        return FETCH_FORWARD;
    }

    @Override
    public int getFetchSize() throws SQLException {
        checkOpen();
        return 0;
    }

    @Override
    public int getType() throws SQLException {
        checkOpen();
        return TYPE_FORWARD_ONLY;
    }

    @Override
    public int getConcurrency() throws SQLException {
        checkOpen();
        return CONCUR_READ_ONLY;
    }

    @Override
    public int getHoldability() throws SQLException {
        checkOpen();
        return HOLD_CURSORS_OVER_COMMIT;
    }

    @Override
    public boolean rowUpdated() throws SQLException {
        checkOpen();
        return false;
    }

    @Override
    public boolean rowInserted() throws SQLException {
        checkOpen();
        return false;
    }

    @Override
    public boolean rowDeleted() throws SQLException {
        checkOpen();
        return false;
    }

    // spotless:off

    // Columns by their labels
    @Override public @Nullable String getString(String label) throws SQLException { return getString(findColumn(label)); }
    @Override public boolean getBoolean(String label) throws SQLException { return getBoolean(findColumn(label)); }
    @Override public byte getByte(String label) throws SQLException { return getByte(findColumn(label)); }
    @Override public short getShort(String label) throws SQLException { return getShort(findColumn(label)); }
    @Override public int getInt(String label) throws SQLException { return getInt(findColumn(label)); }
    @Override public long getLong(String label) throws SQLException { return getLong(findColumn(label)); }
    @Override public float getFloat(String label) throws SQLException { return getFloat(findColumn(label)); }
    @Override public double getDouble(String label) throws SQLException { return getDouble(findColumn(label)); }
    @Override public @Nullable BigDecimal getBigDecimal(String label) throws SQLException { return getBigDecimal(findColumn(label)); }
    @Override public @Nullable Date getDate(String label) throws SQLException { return getDate(findColumn(label)); }
    @Override public @Nullable Time getTime(String label) throws SQLException { return getTime(findColumn(label)); }
    @Override public @Nullable Timestamp getTimestamp(String label) throws SQLException { return getTimestamp(findColumn(label)); }
    @Override public @Nullable Object getObject(String label) throws SQLException { return getObject(findColumn(label)); }
    @Override public @Nullable Array getArray(String label) throws SQLException { return getArray(findColumn(label)); }
    @Override public @Nullable String getNString(String label) throws SQLException { return getNString(findColumn(label)); }
    @Override @Deprecated public @Nullable BigDecimal getBigDecimal(String label, int scale) throws SQLException { return getBigDecimal(findColumn(label), scale); }
    @Override public @Nullable Date getDate(String label, Calendar calendar) throws SQLException { return getDate(findColumn(label), calendar); }
    @Override public @Nullable Time getTime(String label, Calendar calendar) throws SQLException { return getTime(findColumn(label), calendar); }
    @Override public @Nullable Timestamp getTimestamp(String label, Calendar calendar) throws SQLException { return getTimestamp(findColumn(label), calendar); }
    @Override public @Nullable Object getObject(String label, Map<String, Class<?>> map) throws SQLException { return getObject(findColumn(label), map); }
    @Override public <T> @Nullable T getObject(String label, Class<T> wanted) throws SQLException { return getObject(findColumn(label), wanted); }
    @Override public byte @Nullable [] getBytes(String label) throws SQLException { return getBytes(findColumn(label)); }
    @Override public @Nullable InputStream getAsciiStream(String label) throws SQLException { return getAsciiStream(findColumn(label)); }
    @Override @Deprecated public @Nullable InputStream getUnicodeStream(String label) throws SQLException { return getUnicodeStream(findColumn(label)); }
    @Override public @Nullable InputStream getBinaryStream(String label) throws SQLException { return getBinaryStream(findColumn(label)); }
    @Override public @Nullable Reader getCharacterStream(String label) throws SQLException { return getCharacterStream(findColumn(label)); }
    @Override public @Nullable Clob getClob(String label) throws SQLException { return getClob(findColumn(label)); }
    @Override public @Nullable NClob getNClob(String label) throws SQLException { return getNClob(findColumn(label)); }
    @Override public @Nullable Reader getNCharacterStream(String label) throws SQLException { return getNCharacterStream(findColumn(label)); }

    // Rows are only read forward.
    @Override public void beforeFirst() throws SQLException { throw forwardOnly(); }
    @Override public void afterLast() throws SQLException { throw forwardOnly(); }
    @Override public boolean first() throws SQLException { throw forwardOnly(); }
    @Override public boolean last() throws SQLException { throw forwardOnly(); }
    @Override public boolean absolute(int row) throws SQLException { throw forwardOnly(); }
    @Override public boolean relative(int rows) throws SQLException { throw forwardOnly(); }
    @Override public boolean previous() throws SQLException { throw forwardOnly(); }
    @Override public boolean isLast() throws SQLException { throw forwardOnly(); }

    // SQL here has no such types.
    @Override public String getCursorName() throws SQLException { throw unsupported(); }
    @Override public Ref getRef(int column) throws SQLException { throw unsupported(); }
    @Override public Blob getBlob(int column) throws SQLException { throw unsupported(); }
    @Override public Ref getRef(String label) throws SQLException { throw unsupported(); }
    @Override public Blob getBlob(String label) throws SQLException { throw unsupported(); }
    @Override public URL getURL(int column) throws SQLException { throw unsupported(); }
    @Override public URL getURL(String label) throws SQLException { throw unsupported(); }
    @Override public RowId getRowId(int column) throws SQLException { throw unsupported(); }
    @Override public RowId getRowId(String label) throws SQLException { throw unsupported(); }
    @Override public SQLXML getSQLXML(int column) throws SQLException { throw unsupported(); }
    @Override public SQLXML getSQLXML(String label) throws SQLException { throw unsupported(); }
    @Override public void refreshRow() throws SQLException { throw unsupported(); }

    // Rows are only read: columns by number, then by label.
    @Override public void updateNull(int column) throws SQLException { throw readOnly(); }
    @Override public void updateBoolean(int column, boolean value) throws SQLException { throw readOnly(); }
    @Override public void updateByte(int column, byte value) throws SQLException { throw readOnly(); }
    @Override public void updateShort(int column, short value) throws SQLException { throw readOnly(); }
    @Override public void updateInt(int column, int value) throws SQLException { throw readOnly(); }
    @Override public void updateLong(int column, long value) throws SQLException { throw readOnly(); }
    @Override public void updateFloat(int column, float value) throws SQLException { throw readOnly(); }
    @Override public void updateDouble(int column, double value) throws SQLException { throw readOnly(); }
    @Override public void updateBigDecimal(int column, BigDecimal value) throws SQLException { throw readOnly(); }
    @Override public void updateString(int column, String value) throws SQLException { throw readOnly(); }
    @Override public void updateBytes(int column, byte[] value) throws SQLException { throw readOnly(); }
    @Override public void updateDate(int column, Date value) throws SQLException { throw readOnly(); }
    @Override public void updateTime(int column, Time value) throws SQLException { throw readOnly(); }
    @Override public void updateTimestamp(int column, Timestamp value) throws SQLException { throw readOnly(); }
    @Override public void updateAsciiStream(int column, InputStream value, int length) throws SQLException { throw readOnly(); }
    @Override public void updateBinaryStream(int column, InputStream value, int length) throws SQLException { throw readOnly(); }
    @Override public void updateCharacterStream(int column, Reader value, int length) throws SQLException { throw readOnly(); }
    @Override public void updateObject(int column, Object value, int scaleOrLength) throws SQLException { throw readOnly(); }
    @Override public void updateObject(int column, Object value) throws SQLException { throw readOnly(); }
    @Override public void insertRow() throws SQLException { throw readOnly(); }
    @Override public void updateRow() throws SQLException { throw readOnly(); }
    @Override public void deleteRow() throws SQLException { throw readOnly(); }
    @Override public void cancelRowUpdates() throws SQLException { throw readOnly(); }
    @Override public void moveToInsertRow() throws SQLException { throw readOnly(); }
    @Override public void moveToCurrentRow() throws SQLException { throw readOnly(); }
    @Override public void updateRef(int column, Ref value) throws SQLException { throw readOnly(); }
    @Override public void updateBlob(int column, Blob value) throws SQLException { throw readOnly(); }
    @Override public void updateClob(int column, Clob value) throws SQLException { throw readOnly(); }
    @Override public void updateArray(int column, Array value) throws SQLException { throw readOnly(); }
    @Override public void updateRowId(int column, RowId value) throws SQLException { throw readOnly(); }
    @Override public void updateNString(int column, String value) throws SQLException { throw readOnly(); }
    @Override public void updateNClob(int column, NClob value) throws SQLException { throw readOnly(); }
    @Override public void updateSQLXML(int column, SQLXML value) throws SQLException { throw readOnly(); }
    @Override public void updateNCharacterStream(int column, Reader value, long length) throws SQLException { throw readOnly(); }
    @Override public void updateAsciiStream(int column, InputStream value, long length) throws SQLException { throw readOnly(); }
    @Override public void updateBinaryStream(int column, InputStream value, long length) throws SQLException { throw readOnly(); }
    @Override public void updateCharacterStream(int column, Reader value, long length) throws SQLException { throw readOnly(); }
    @Override public void updateBlob(int column, InputStream value, long length) throws SQLException { throw readOnly(); }
    @Override public void updateClob(int column, Reader value, long length) throws SQLException { throw readOnly(); }
    @Override public void updateNClob(int column, Reader value, long length) throws SQLException { throw readOnly(); }
    @Override public void updateNCharacterStream(int column, Reader value) throws SQLException { throw readOnly(); }
    @Override public void updateAsciiStream(int column, InputStream value) throws SQLException { throw readOnly(); }
    @Override public void updateBinaryStream(int column, InputStream value) throws SQLException { throw readOnly(); }
    @Override public void updateCharacterStream(int column, Reader value) throws SQLException { throw readOnly(); }
    @Override public void updateBlob(int column, InputStream value) throws SQLException { throw readOnly(); }
    @Override public void updateClob(int column, Reader value) throws SQLException { throw readOnly(); }
    @Override public void updateNClob(int column, Reader value) throws SQLException { throw readOnly(); }
    @Override public void updateObject(int column, Object value, SQLType type, int scaleOrLength) throws SQLException { throw readOnly(); }
    @Override public void updateObject(int column, Object value, SQLType type) throws SQLException { throw readOnly(); }
    @Override public void updateNull(String label) throws SQLException { throw readOnly(); }
    @Override public void updateBoolean(String label, boolean value) throws SQLException { throw readOnly(); }
    @Override public void updateByte(String label, byte value) throws SQLException { throw readOnly(); }
    @Override public void updateShort(String label, short value) throws SQLException { throw readOnly(); }
    @Override public void updateInt(String label, int value) throws SQLException { throw readOnly(); }
    @Override public void updateLong(String label, long value) throws SQLException { throw readOnly(); }
    @Override public void updateFloat(String label, float value) throws SQLException { throw readOnly(); }
    @Override public void updateDouble(String label, double value) throws SQLException { throw readOnly(); }
    @Override public void updateBigDecimal(String label, BigDecimal value) throws SQLException { throw readOnly(); }
    @Override public void updateString(String label, String value) throws SQLException { throw readOnly(); }
    @Override public void updateBytes(String label, byte[] value) throws SQLException { throw readOnly(); }
    @Override public void updateDate(String label, Date value) throws SQLException { throw readOnly(); }
    @Override public void updateTime(String label, Time value) throws SQLException { throw readOnly(); }
    @Override public void updateTimestamp(String label, Timestamp value) throws SQLException { throw readOnly(); }
    @Override public void updateAsciiStream(String label, InputStream value, int length) throws SQLException { throw readOnly(); }
    @Override public void updateBinaryStream(String label, InputStream value, int length) throws SQLException { throw readOnly(); }
    @Override public void updateCharacterStream(String label, Reader value, int length) throws SQLException { throw readOnly(); }
    @Override public void updateObject(String label, Object value, int scaleOrLength) throws SQLException { throw readOnly(); }
    @Override public void updateObject(String label, Object value) throws SQLException { throw readOnly(); }
    @Override public void updateRef(String label, Ref value) throws SQLException { throw readOnly(); }
    @Override public void updateBlob(String label, Blob value) throws SQLException { throw readOnly(); }
    @Override public void updateClob(String label, Clob value) throws SQLException { throw readOnly(); }
    @Override public void updateArray(String label, Array value) throws SQLException { throw readOnly(); }
    @Override public void updateRowId(String label, RowId value) throws SQLException { throw readOnly(); }
    @Override public void updateNString(String label, String value) throws SQLException { throw readOnly(); }
    @Override public void updateNClob(String label, NClob value) throws SQLException { throw readOnly(); }
    @Override public void updateSQLXML(String label, SQLXML value) throws SQLException { throw readOnly(); }
    @Override public void updateNCharacterStream(String label, Reader value, long length) throws SQLException { throw readOnly(); }
    @Override public void updateAsciiStream(String label, InputStream value, long length) throws SQLException { throw readOnly(); }
    @Override public void updateBinaryStream(String label, InputStream value, long length) throws SQLException { throw readOnly(); }
    @Override public void updateCharacterStream(String label, Reader value, long length) throws SQLException { throw readOnly(); }
    @Override public void updateBlob(String label, InputStream value, long length) throws SQLException { throw readOnly(); }
    @Override public void updateClob(String label, Reader value, long length) throws SQLException { throw readOnly(); }
    @Override public void updateNClob(String label, Reader value, long length) throws SQLException { throw readOnly(); }
    @Override public void updateNCharacterStream(String label, Reader value) throws SQLException { throw readOnly(); }
    @Override public void updateAsciiStream(String label, InputStream value) throws SQLException { throw readOnly(); }
    @Override public void updateBinaryStream(String label, InputStream value) throws SQLException { throw readOnly(); }
    @Override public void updateCharacterStream(String label, Reader value) throws SQLException { throw readOnly(); }
    @Override public void updateBlob(String label, InputStream value) throws SQLException { throw readOnly(); }
    @Override public void updateClob(String label, Reader value) throws SQLException { throw readOnly(); }
    @Override public void updateNClob(String label, Reader value) throws SQLException { throw readOnly(); }
    @Override public void updateObject(String label, Object value, SQLType type, int scaleOrLength) throws SQLException { throw readOnly(); }
    @Override public void updateObject(String label, Object value, SQLType type) throws SQLException { throw readOnly(); }
    // spotless:on
}
