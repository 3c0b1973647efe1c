package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.Decimal;
import io.gatehouse.type.SqlType.ListOf;
import io.gatehouse.type.SqlType.Scalar;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
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
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** Converts rows to Arrow batches, with the types that {@link ArrowBatches} describes, for engines without Arrow. */
public final class RowBatches extends ArrowReader {
    private static final int ROWS_PER_BATCH = 1 << 12;

    private final ExecutedRows rows;
    private final List<SqlType> types;

    /** @param types those of the columns */
    public RowBatches(ExecutedRows rows, List<SqlType> types, BufferAllocator allocator) {
        super(allocator);
        this.rows = requireNonNull(rows, "rows is null");
        this.types = List.copyOf(types);
    }

    @Override
    public boolean loadNextBatch() throws IOException {
        List<FieldVector> vectors = getVectorSchemaRoot().getFieldVectors();
        // The consumer may still read the previous batch, so each batch has its own memory.
        vectors.forEach(FieldVector::clear);
        prepareLoadNextBatch();
        vectors.forEach(FieldVector::allocateNew);
        try {
            int count = 0;
            while (count < ROWS_PER_BATCH && rows.next()) {
                for (int column = 0; column < vectors.size(); column++) {
                    set(vectors.get(column), count, rows.value(column));
                }
                count++;
            }
            for (FieldVector vector : vectors) {
                vector.setValueCount(count);
            }
            getVectorSchemaRoot().setRowCount(count);
            return count > 0;
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    @Override
    public long bytesRead() {
        return 0;
    }

    @Override
    protected void closeReadSource() {}

    @Override
    protected Schema readSchema() {
        List<Field> fields = new ArrayList<>();
        for (int column = 0; column < types.size(); column++) {
            fields.add(field("c" + column, types.get(column)));
        }
        return new Schema(fields);
    }

    /** The field of a column. */
    private static Field field(String name, SqlType type) {
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
            // Engines without Arrow have no unsigned numbers.
            case UTINYINT, USMALLINT, UINTEGER, UBIGINT, VARCHAR, INTERVAL, NULL -> new ArrowType.Utf8();
        };
    }

    /** Puts a value where it belongs. */
    private static void set(FieldVector vector, int row, @Nullable Object value) {
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
