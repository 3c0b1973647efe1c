package io.gatehouse.sql;

import io.gatehouse.client.Moments;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.LongFunction;
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
        return value instanceof Array array ? list(array) : Moments.finite(value);
    }

    private static List<@Nullable Object> list(Array array) throws SQLException {
        List<@Nullable Object> list = new ArrayList<>();
        switch (array.getBaseTypeName()) {
            case "TIMESTAMP" -> addCounted(array, Moments::dateTime, list);
            case "TIME" -> addCounted(array, Moments::time, list);
            default -> {
                for (Object element : (Object[]) array.getArray()) {
                    list.add(plain(element));
                }
            }
        }
        return Collections.unmodifiableList(list);
    }

    /**
     * The driver makes java.sql.Timestamp of them, by the clock of this machine, which skips an hour a year, and fails at
     * 24:00:00. The number behind it, microseconds, it hands out as well.
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
