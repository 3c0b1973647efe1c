package io.gatehouse.jdbc;

import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.Decimal;
import io.gatehouse.type.SqlType.ListOf;
import io.gatehouse.type.SqlType.Other;
import io.gatehouse.type.SqlType.Scalar;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Date;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;

/**
 * A SQL type as JDBC describes it.
 *
 * @param type the SQL type; VARCHAR in place of NULL, which tools do not take
 * @param jdbcType of {@link Types}
 * @param javaClass what {@code getObject} gives
 * @param precision digits, or characters of a time; 0 where there is no limit
 * @param scale digits behind the point
 * @param width characters at most when it is shown; a guess for texts and lists
 */
record JdbcType(SqlType type, int jdbcType, Class<?> javaClass, int precision, int scale, int width, boolean signed) {
    private static final int UNBOUNDED_WIDTH = 256;

    /** The types without parameters, as {@code getTypeInfo} lists them. */
    static List<JdbcType> simple() {
        return Arrays.stream(Scalar.values())
                .filter(type -> type != Scalar.NULL)
                .map(JdbcType::of)
                .toList();
    }

    /** Describes a type; one that this driver does not know is {@link Types#OTHER}. */
    static JdbcType of(SqlType type) {
        if (type instanceof ListOf list) {
            SqlType named = new ListOf(of(list.element()).type());
            return new JdbcType(named, Types.ARRAY, Array.class, 0, 0, UNBOUNDED_WIDTH, false);
        }
        if (type instanceof Decimal decimal) {
            int precision = decimal.precision();
            return new JdbcType(type, Types.DECIMAL, BigDecimal.class, precision, decimal.scale(), precision + 2, true);
        }
        if (type instanceof Other) {
            return new JdbcType(type, Types.OTHER, Object.class, 0, 0, UNBOUNDED_WIDTH, false);
        }
        return switch ((Scalar) type) {
            case BOOLEAN -> new JdbcType(type, Types.BOOLEAN, Boolean.class, 1, 0, 5, false);
            case TINYINT -> whole(type, Types.TINYINT, Integer.class, 3, true);
            case SMALLINT -> whole(type, Types.SMALLINT, Integer.class, 5, true);
            case UTINYINT -> whole(type, Types.SMALLINT, Integer.class, 3, false);
            case INTEGER -> whole(type, Types.INTEGER, Integer.class, 10, true);
            case USMALLINT -> whole(type, Types.INTEGER, Integer.class, 5, false);
            case BIGINT -> whole(type, Types.BIGINT, Long.class, 19, true);
            case UINTEGER -> whole(type, Types.BIGINT, Long.class, 10, false);
            case HUGEINT -> whole(type, Types.DECIMAL, BigDecimal.class, 38, true);
            case UBIGINT -> whole(type, Types.DECIMAL, BigDecimal.class, 20, false);
            case FLOAT -> new JdbcType(type, Types.REAL, Float.class, 7, 0, 15, true);
            case DOUBLE -> new JdbcType(type, Types.DOUBLE, Double.class, 15, 0, 24, true);
            case VARCHAR, NULL ->
                new JdbcType(Scalar.VARCHAR, Types.VARCHAR, String.class, Integer.MAX_VALUE, 0, UNBOUNDED_WIDTH, false);
            case DATE -> new JdbcType(type, Types.DATE, Date.class, 10, 0, 10, false);
            case TIME -> new JdbcType(type, Types.TIME, Time.class, 15, 6, 15, false);
            case TIMESTAMP -> new JdbcType(type, Types.TIMESTAMP, Timestamp.class, 26, 6, 26, false);
            case TIMESTAMP_WITH_TIME_ZONE ->
                new JdbcType(type, Types.TIMESTAMP_WITH_TIMEZONE, OffsetDateTime.class, 32, 6, 32, false);
            case INTERVAL -> new JdbcType(type, Types.VARCHAR, String.class, 0, 0, 64, false);
        };
    }

    private static JdbcType whole(SqlType type, int jdbcType, Class<?> javaClass, int digits, boolean signed) {
        return new JdbcType(type, jdbcType, javaClass, digits, 0, digits + (signed ? 1 : 0), signed);
    }

    /** The name of the type, as users write it. */
    String name() {
        return type.toString();
    }

    /** The type of the elements of a list; of another type, that type. */
    JdbcType element() {
        return type instanceof ListOf list ? of(list.element()) : this;
    }

    boolean isText() {
        return jdbcType == Types.VARCHAR;
    }
}
