package io.gatehouse.jdbc;

import io.gatehouse.client.ResultColumn;
import io.gatehouse.type.SqlType.Scalar;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A list of a result. */
final class ListArray implements Array {
    private final List<?> list;
    private final JdbcType element;
    private boolean freed;

    ListArray(List<?> list, JdbcType element) {
        this.list = list;
        this.element = element;
    }

    private void checkOpen() throws SQLException {
        if (freed) {
            throw SqlErrors.closed("array");
        }
    }

    @Override
    public String getBaseTypeName() throws SQLException {
        checkOpen();
        return element.name();
    }

    @Override
    public int getBaseType() throws SQLException {
        checkOpen();
        return element.jdbcType();
    }

    @Override
    public Object getArray() throws SQLException {
        checkOpen();
        @Nullable Object[] elements = new @Nullable Object[list.size()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = Conversions.standard(list.get(i), element);
        }
        return elements;
    }

    @Override
    public Object getArray(Map<String, Class<?>> map) throws SQLException {
        return getArray();
    }

    @Override
    public Object getArray(long index, int count) throws SQLException {
        return new ListArray(part(index, count), element).getArray();
    }

    @Override
    public Object getArray(long index, int count, Map<String, Class<?>> map) throws SQLException {
        return getArray(index, count);
    }

    private List<?> part(long index, int count) throws SQLException {
        checkOpen();
        if (index < 1 || count < 0 || index - 1 > list.size() - count) {
            throw SqlErrors.invalid(
                    "The list has %d elements, not %d from %d on.".formatted(list.size(), count, index));
        }
        return list.subList((int) index - 1, (int) index - 1 + count);
    }

    @Override
    public ResultSet getResultSet() throws SQLException {
        checkOpen();
        return resultSet(1, list);
    }

    @Override
    public ResultSet getResultSet(Map<String, Class<?>> map) throws SQLException {
        return getResultSet();
    }

    @Override
    public ResultSet getResultSet(long index, int count) throws SQLException {
        return resultSet(index, part(index, count));
    }

    @Override
    public ResultSet getResultSet(long index, int count, Map<String, Class<?>> map) throws SQLException {
        return getResultSet(index, count);
    }

    private ResultSet resultSet(long first, List<?> part) throws SQLException {
        List<List<? extends @Nullable Object>> rows = new ArrayList<>();
        for (int i = 0; i < part.size(); i++) {
            List<@Nullable Object> row = new ArrayList<>();
            row.add(first + i);
            row.add(part.get(i));
            rows.add(row);
        }
        return ListRows.resultSet(
                List.of(new ResultColumn("INDEX", Scalar.BIGINT), new ResultColumn("VALUE", element.type())), rows);
    }

    @Override
    public void free() {
        freed = true;
    }

    @Override
    public String toString() {
        return ValueText.of(list);
    }
}
