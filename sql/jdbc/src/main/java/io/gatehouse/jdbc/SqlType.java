package io.gatehouse.jdbc;

import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Date;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A SQL type as JDBC describes it.
 *
 * @param name as users write it
 * @param jdbcType of {@link Types}
 * @param javaClass what {@code getObject} gives
 * @param precision digits, or characters of a time; 0 where there is no limit
 * @param scale digits behind the point
 * @param width characters at most when it is shown; of a text or list a guess
 */
record SqlType(String name, int jdbcType, Class<?> javaClass, int precision, int scale, int width, boolean signed) {
    private static final Pattern DECIMAL = Pattern.compile("DECIMAL\\((\\d+),(\\d+)\\)");
    private static final String NULL = "NULL";
    private static final int UNBOUNDED_WIDTH = 256;

    private static final List<SqlType> SIMPLE = List.of(
            new SqlType("BOOLEAN", Types.BOOLEAN, Boolean.class, 1, 0, 5, false),
            whole("TINYINT", Types.TINYINT, Integer.class, 3, true),
            whole("SMALLINT", Types.SMALLINT, Integer.class, 5, true),
            whole("UTINYINT", Types.SMALLINT, Integer.class, 3, false),
            whole("INTEGER", Types.INTEGER, Integer.class, 10, true),
            whole("USMALLINT", Types.INTEGER, Integer.class, 5, false),
            whole("BIGINT", Types.BIGINT, Long.class, 19, true),
            whole("UINTEGER", Types.BIGINT, Long.class, 10, false),
            whole("HUGEINT", Types.DECIMAL, BigDecimal.class, 38, true),
            whole("UBIGINT", Types.DECIMAL, BigDecimal.class, 20, false),
            new SqlType("FLOAT", Types.REAL, Float.class, 7, 0, 15, true),
            new SqlType("DOUBLE", Types.DOUBLE, Double.class, 15, 0, 24, true),
            new SqlType("VARCHAR", Types.VARCHAR, String.class, Integer.MAX_VALUE, 0, UNBOUNDED_WIDTH, false),
            new SqlType("DATE", Types.DATE, Date.class, 10, 0, 10, false),
            new SqlType("TIME", Types.TIME, Time.class, 15, 6, 15, false),
            new SqlType("TIMESTAMP", Types.TIMESTAMP, Timestamp.class, 26, 6, 26, false),
            new SqlType(
                    "TIMESTAMP WITH TIME ZONE", Types.TIMESTAMP_WITH_TIMEZONE, OffsetDateTime.class, 32, 6, 32, false),
            new SqlType("INTERVAL", Types.VARCHAR, String.class, 0, 0, 64, false));

    private static final Map<String, SqlType> BY_NAME =
            SIMPLE.stream().collect(Collectors.toMap(SqlType::name, type -> type));

    private static SqlType whole(String name, int jdbcType, Class<?> javaClass, int digits, boolean signed) {
        return new SqlType(name, jdbcType, javaClass, digits, 0, digits + (signed ? 1 : 0), signed);
    }

    /** The types without parameters, as {@code getTypeInfo} lists them. */
    static List<SqlType> simple() {
        return SIMPLE;
    }

    /** Of a type that SQL names. A column of nothing but NULL, which has none of JDBC's types that tools take, is a text. */
    static SqlType of(String named) {
        String name =
                named.equals(NULL) || named.startsWith(NULL + "[") ? "VARCHAR" + named.substring(NULL.length()) : named;
        SqlType simple = BY_NAME.get(name);
        if (simple != null) {
            return simple;
        }
        if (name.endsWith("]")) {
            return new SqlType(name, Types.ARRAY, Array.class, 0, 0, UNBOUNDED_WIDTH, false);
        }
        Matcher decimal = DECIMAL.matcher(name);
        if (decimal.matches()) {
            int precision = Integer.parseInt(decimal.group(1));
            int scale = Integer.parseInt(decimal.group(2));
            return new SqlType(name, Types.DECIMAL, BigDecimal.class, precision, scale, precision + 2, true);
        }
        return new SqlType(name, Types.OTHER, Object.class, 0, 0, UNBOUNDED_WIDTH, false);
    }

    /** The type of the elements of a list, {@code FLOAT} for {@code FLOAT[]}. */
    SqlType element() {
        return of(name.substring(0, Math.max(0, name.lastIndexOf('['))));
    }

    boolean isText() {
        return jdbcType == Types.VARCHAR;
    }
}
