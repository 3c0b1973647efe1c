package io.gatehouse.sql.spark;

import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.Decimal;
import io.gatehouse.type.SqlType.ListOf;
import io.gatehouse.type.SqlType.Scalar;
import java.math.BigDecimal;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import scala.jdk.javaapi.CollectionConverters;

/** A value of Spark, which is not NULL, as a plain one of a SQL type: Spark counts in BIGINT what DuckDB does in HUGEINT. */
interface SparkValue {
    /** The plain value. */
    Object plain(Object value);

    /** How values of a SQL type are made plain. */
    static SparkValue of(SqlType type) {
        if (type instanceof ListOf list) {
            SparkValue element = of(list.element());
            return value -> list(value, element);
        }
        if (type instanceof Decimal decimal) {
            return value -> number(value).setScale(decimal.scale());
        }
        if (!(type instanceof Scalar scalar)) {
            return value -> value;
        }
        return switch (scalar) {
            case TINYINT, SMALLINT, INTEGER, UTINYINT, USMALLINT ->
                value -> number(value).intValueExact();
            case BIGINT, UINTEGER -> value -> number(value).longValueExact();
            case HUGEINT, UBIGINT -> value -> number(value).setScale(0);
            case FLOAT -> value -> ((Number) value).floatValue();
            case DOUBLE -> value -> ((Number) value).doubleValue();
            case DATE -> value -> value instanceof Date date ? date.toLocalDate() : value;
            case TIMESTAMP_WITH_TIME_ZONE -> value -> instant(value).atOffset(ZoneOffset.UTC);
            case TIMESTAMP ->
                value -> value instanceof LocalDateTime
                        ? value
                        : LocalDateTime.ofInstant(instant(value), ZoneOffset.UTC);
            case BOOLEAN, VARCHAR, TIME, INTERVAL, NULL -> value -> value;
        };
    }

    private static Instant instant(Object value) {
        return value instanceof Timestamp timestamp ? timestamp.toInstant() : (Instant) value;
    }

    private static BigDecimal number(Object value) {
        if (value instanceof BigDecimal decimal) {
            return decimal;
        }
        return value instanceof Float || value instanceof Double
                ? BigDecimal.valueOf(((Number) value).doubleValue())
                : BigDecimal.valueOf(((Number) value).longValue());
    }

    private static List<@Nullable Object> list(Object value, SparkValue element) {
        List<@Nullable Object> list = new ArrayList<>();
        for (Object item : CollectionConverters.asJava((scala.collection.Seq<?>) value)) {
            list.add(item == null ? null : element.plain(item));
        }
        return Collections.unmodifiableList(list);
    }
}
