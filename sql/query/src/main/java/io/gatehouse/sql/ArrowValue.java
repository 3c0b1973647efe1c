package io.gatehouse.sql;

import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.Decimal;
import io.gatehouse.type.SqlType.ListOf;
import io.gatehouse.type.SqlType.Scalar;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

/** Plain values in vectors of Arrow. */
final class ArrowValue {
    private ArrowValue() {}

    /** The field of a column. */
    static Field field(String name, SqlType type) {
        if (type instanceof ListOf list) {
            return new Field(name, FieldType.nullable(new ArrowType.List()), List.of(field("element", list.element())));
        }
        return new Field(name, FieldType.nullable(arrow(type)), List.of());
    }

    private static ArrowType arrow(SqlType type) {
        if (type instanceof Decimal decimal) {
            return new ArrowType.Decimal(decimal.precision(), decimal.scale(), 128);
        }
        if (!(type instanceof Scalar scalar)) {
            return new ArrowType.Utf8();
        }
        return switch (scalar) {
            case BOOLEAN -> new ArrowType.Bool();
            case TINYINT -> new ArrowType.Int(8, true);
            case SMALLINT -> new ArrowType.Int(16, true);
            case INTEGER -> new ArrowType.Int(32, true);
            case BIGINT -> new ArrowType.Int(64, true);
            case HUGEINT -> new ArrowType.Decimal(38, 0, 128);
            case FLOAT -> new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
            case DOUBLE -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
            case DATE -> new ArrowType.Date(DateUnit.DAY);
            case TIME -> new ArrowType.Time(TimeUnit.MICROSECOND, 64);
            case TIMESTAMP -> new ArrowType.Timestamp(TimeUnit.MICROSECOND, null);
            case TIMESTAMP_WITH_TIME_ZONE -> new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC");
            // Engines without Arrow have no numbers without sign.
            case UTINYINT, USMALLINT, UINTEGER, UBIGINT, VARCHAR, INTERVAL, NULL -> new ArrowType.Utf8();
        };
    }

    /** Puts a value where it belongs. */
    static void set(FieldVector vector, int row, @Nullable Object value) {
        if (value == null) {
            vector.setNull(row);
        } else if (vector instanceof ListVector list) {
            setList(list, row, (List<?>) value);
        } else if (value instanceof Number number) {
            setNumber(vector, row, number);
        } else if (vector instanceof BitVector bits) {
            bits.setSafe(row, (Boolean) value ? 1 : 0);
        } else if (vector instanceof VarCharVector texts) {
            texts.setSafe(row, value.toString().getBytes(StandardCharsets.UTF_8));
        } else {
            setTime(vector, row, value);
        }
    }

    private static void setNumber(FieldVector vector, int row, Number number) {
        if (vector instanceof IntVector ints) {
            ints.setSafe(row, number.intValue());
        } else if (vector instanceof BigIntVector longs) {
            longs.setSafe(row, number.longValue());
        } else if (vector instanceof SmallIntVector shorts) {
            shorts.setSafe(row, number.intValue());
        } else if (vector instanceof TinyIntVector bytes) {
            bytes.setSafe(row, number.intValue());
        } else if (vector instanceof Float4Vector floats) {
            floats.setSafe(row, number.floatValue());
        } else if (vector instanceof Float8Vector doubles) {
            doubles.setSafe(row, number.doubleValue());
        } else {
            ((DecimalVector) vector).setSafe(row, (BigDecimal) number);
        }
    }

    private static void setTime(FieldVector vector, int row, Object value) {
        if (vector instanceof DateDayVector days) {
            days.setSafe(row, (int) ((LocalDate) value).toEpochDay());
        } else if (vector instanceof TimeMicroVector times) {
            times.setSafe(row, ((LocalTime) value).toNanoOfDay() / 1_000);
        } else if (value instanceof OffsetDateTime moment) {
            ((TimeStampVector) vector).setSafe(row, micros(moment));
        } else {
            ((TimeStampVector) vector).setSafe(row, micros(((LocalDateTime) value).atOffset(ZoneOffset.UTC)));
        }
    }

    private static long micros(OffsetDateTime moment) {
        return ChronoUnit.MICROS.between(OffsetDateTime.of(1970, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC), moment);
    }

    private static void setList(ListVector list, int row, List<?> values) {
        int at = list.startNewValue(row);
        for (Object value : values) {
            set(list.getDataVector(), at, value);
            at++;
        }
        list.endValue(row, values.size());
    }
}
