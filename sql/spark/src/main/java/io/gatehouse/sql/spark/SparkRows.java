package io.gatehouse.sql.spark;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.ExecutedRows;
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
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import scala.jdk.javaapi.CollectionConverters;

/** Converts Spark's rows to plain values of the planned types. */
final class SparkRows implements ExecutedRows, AutoCloseable {
    private final Iterator<Row> rows;
    private final List<Value> values;
    private final Runnable atEnd;
    private final Function<Exception, GatehouseException> failure;
    private @Nullable Row row;

    /**
     * Rows of a statement.
     *
     * @param rows as Spark's client gives them: to be closed
     * @param atEnd is run behind the last row
     * @param failure what an error of the client means
     */
    SparkRows(
            Iterator<Row> rows, List<SqlType> types, Runnable atEnd, Function<Exception, GatehouseException> failure) {
        this.rows = rows;
        this.values = types.stream().map(Value::of).toList();
        this.atEnd = atEnd;
        this.failure = failure;
    }

    @Override
    public boolean next() {
        try {
            row = rows.hasNext() ? rows.next() : null;
        } catch (Exception e) {
            throw failure.apply(e);
        }
        if (row == null) {
            atEnd.run();
        }
        return row != null;
    }

    @Override
    public @Nullable Object value(int column) {
        if (row == null) {
            throw new IllegalStateException("There is no current row");
        }
        Object value = row.get(column);
        return value == null ? null : values.get(column).plain(value);
    }

    /**
     * Closes the iterator. Spark documents that the result of {@code toLocalIterator} can be closed, though its type
     * does not declare it.
     */
    @Override
    public void close() {
        row = null;
        if (rows instanceof AutoCloseable open) {
            try {
                open.close();
            } catch (Exception e) {
                // Independent of why the statement stopped: it is closed whether or not it was read to its end.
                throw SparkFailures.translate(e);
            }
        }
    }

    /**
     * Converts non-NULL values of Spark to plain values of a SQL type, such as a BIGINT of Spark to the planned
     * HUGEINT.
     */
    private interface Value {
        /** Returns the plain value. */
        Object plain(Object value);

        /** Returns the conversion for a SQL type. */
        static Value of(SqlType type) {
            if (type instanceof ListOf list) {
                Value element = of(list.element());
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

        private static List<@Nullable Object> list(Object value, Value element) {
            List<@Nullable Object> list = new ArrayList<>();
            for (Object item : CollectionConverters.asJava((scala.collection.Seq<?>) value)) {
                list.add(item == null ? null : element.plain(item));
            }
            return Collections.unmodifiableList(list);
        }
    }
}
