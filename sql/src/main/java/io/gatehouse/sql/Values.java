package io.gatehouse.sql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Array;
import java.sql.Date;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** DuckDB's Java values as plain ones. */
final class Values {
    private Values() {}

    static @Nullable Object plain(@Nullable Object value) throws SQLException {
        if (value instanceof Byte || value instanceof Short) {
            return ((Number) value).intValue();
        }
        if (value instanceof BigInteger whole) {
            return new BigDecimal(whole);
        }
        if (value instanceof Timestamp timestamp) {
            return timestamp.toLocalDateTime();
        }
        if (value instanceof Date date) {
            return date.toLocalDate();
        }
        if (value instanceof Time time) {
            return time.toLocalTime();
        }
        if (value instanceof Array array) {
            return list((Object[]) array.getArray());
        }
        return value;
    }

    private static List<@Nullable Object> list(@Nullable Object[] elements) throws SQLException {
        List<@Nullable Object> list = new ArrayList<>(elements.length);
        for (Object element : elements) {
            list.add(plain(element));
        }
        return Collections.unmodifiableList(list);
    }
}
