package io.gatehouse.sql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** DuckDB's Java values as plain ones. */
final class Values {
    private static final int MICROS = 1_000_000;

    private Values() {}

    static @Nullable Object plain(@Nullable Object value) throws SQLException {
        if (value instanceof Byte || value instanceof Short) {
            return ((Number) value).intValue();
        }
        if (value instanceof BigInteger whole) {
            return new BigDecimal(whole);
        }
        return value instanceof Array array ? list(array) : value;
    }

    private static List<@Nullable Object> list(Array array) throws SQLException {
        List<@Nullable Object> list = new ArrayList<>();
        if (array.getBaseTypeName().equals("TIMESTAMP")) {
            addTimestamps(array, list);
        } else {
            for (Object element : (Object[]) array.getArray()) {
                list.add(plain(element));
            }
        }
        return Collections.unmodifiableList(list);
    }

    /**
     * The driver makes java.sql.Timestamp of them, by the clock of this machine, which skips an hour a year. The number
     * behind it, microseconds since 1970, it hands out as well.
     */
    private static void addTimestamps(Array array, List<@Nullable Object> list) throws SQLException {
        try (ResultSet elements = array.getResultSet()) {
            while (elements.next()) {
                long micros = elements.getLong(2);
                list.add(elements.wasNull() ? null : dateTime(micros));
            }
        }
    }

    private static LocalDateTime dateTime(long micros) {
        return LocalDateTime.ofEpochSecond(
                Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1_000, ZoneOffset.UTC);
    }
}
