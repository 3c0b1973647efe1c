package io.gatehouse.sql.spark;

import java.math.BigDecimal;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import scala.jdk.javaapi.CollectionConverters;

/** A value of Spark, which is not NULL, as a plain one of a SQL type: Spark counts in BIGINT what DuckDB does in HUGEINT. */
interface SparkValue {
    Pattern DECIMAL = Pattern.compile("DECIMAL\\(\\d+,\\s*(\\d+)\\)");

    /** The plain value. */
    Object plain(Object value);

    /** How values of a SQL type are made plain. */
    static SparkValue of(String type) {
        if (type.endsWith("[]")) {
            SparkValue element = of(type.substring(0, type.length() - "[]".length()));
            return value -> list(value, element);
        }
        Matcher decimal = DECIMAL.matcher(type);
        if (decimal.matches()) {
            int scale = Integer.parseInt(decimal.group(1));
            return value -> number(value).setScale(scale);
        }
        return switch (type) {
            case "TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT" ->
                value -> number(value).intValueExact();
            case "BIGINT", "UINTEGER" -> value -> number(value).longValueExact();
            case "HUGEINT", "UBIGINT" -> value -> number(value).setScale(0);
            case "FLOAT" -> value -> ((Number) value).floatValue();
            case "DOUBLE" -> value -> ((Number) value).doubleValue();
            case "DATE" -> value -> value instanceof Date date ? date.toLocalDate() : value;
            case "TIMESTAMP WITH TIME ZONE" -> value -> instant(value).atOffset(ZoneOffset.UTC);
            case "TIMESTAMP" ->
                value -> value instanceof LocalDateTime
                        ? value
                        : LocalDateTime.ofInstant(instant(value), ZoneOffset.UTC);
            default -> value -> value;
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
