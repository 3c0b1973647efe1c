package io.gatehouse.client.http;

import io.gatehouse.client.TemporalValues;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.arrow.flatbuf.DateUnit;
import org.apache.arrow.flatbuf.Decimal;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.Interval;
import org.apache.arrow.flatbuf.IntervalUnit;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.TimeUnit;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.flatbuf.Type;
import org.jspecify.annotations.Nullable;

/** The memory layouts of the Arrow types that SQL types become here. */
abstract class ArrowValues {
    private ByteBuffer data = ByteBuffer.allocate(0);

    static ArrowValues of(Field field) throws IOException {
        return switch (field.typeType()) {
            case Type.Null -> new Nulls();
            case Type.Bool -> values((data, row) -> (data.get(row >> 3) >> (row & 7) & 1) == 1);
            case Type.Int -> whole((Int) field.type(new Int()));
            case Type.FloatingPoint -> floating((FloatingPoint) field.type(new FloatingPoint()));
            case Type.Utf8 -> new Texts();
            case Type.Decimal -> decimal((Decimal) field.type(new Decimal()));
            case Type.Date -> date((org.apache.arrow.flatbuf.Date) field.type(new org.apache.arrow.flatbuf.Date()));
            case Type.Time -> time((org.apache.arrow.flatbuf.Time) field.type(new org.apache.arrow.flatbuf.Time()));
            case Type.Timestamp -> timestamp((Timestamp) field.type(new Timestamp()));
            case Type.Interval -> interval((Interval) field.type(new Interval()));
            case Type.List -> new Lists(ArrowColumn.of(field.children(0)));
            default -> throw unexpected(field);
        };
    }

    private static IOException unexpected(Field field) {
        return new IOException(
                "The Arrow type %s of column %s is not supported".formatted(Type.name(field.typeType()), field.name()));
    }

    private interface Reader {
        Object read(ByteBuffer data, int row);
    }

    private static ArrowValues values(Reader reader) {
        return new ArrowValues() {
            @Override
            Object value(int row) {
                return reader.read(data(), row);
            }
        };
    }

    private static ArrowValues whole(Int type) throws IOException {
        return switch (type.isSigned() ? type.bitWidth() : -type.bitWidth()) {
            case 8 -> values((data, row) -> (int) data.get(row));
            case 16 -> values((data, row) -> (int) data.getShort(row << 1));
            case 32 -> values((data, row) -> data.getInt(row << 2));
            case 64 -> values((data, row) -> data.getLong(row << 3));
            case -8 -> values((data, row) -> data.get(row) & 0xff);
            case -16 -> values((data, row) -> data.getShort(row << 1) & 0xffff);
            case -32 -> values((data, row) -> data.getInt(row << 2) & 0xffff_ffffL);
            case -64 -> values((data, row) -> new BigDecimal(Long.toUnsignedString(data.getLong(row << 3))));
            default -> throw new IOException("An integer of %d bits is not expected".formatted(type.bitWidth()));
        };
    }

    private static ArrowValues floating(FloatingPoint type) throws IOException {
        return switch (type.precision()) {
            case Precision.SINGLE -> values((data, row) -> data.getFloat(row << 2));
            case Precision.DOUBLE -> values((data, row) -> data.getDouble(row << 3));
            default -> throw new IOException("A float of half precision is not expected");
        };
    }

    private static ArrowValues decimal(Decimal type) throws IOException {
        int scale = type.scale();
        if (type.bitWidth() != 128) {
            throw new IOException("A decimal of %d bits is not expected".formatted(type.bitWidth()));
        }
        return values((data, row) -> {
            long low = data.getLong(row << 4);
            long high = data.getLong((row << 4) + 8);
            return high == low >> 63
                    ? BigDecimal.valueOf(low, scale)
                    : new BigDecimal(
                            BigInteger.valueOf(high).shiftLeft(64).add(new BigInteger(Long.toUnsignedString(low))),
                            scale);
        });
    }

    private static ArrowValues date(org.apache.arrow.flatbuf.Date type) throws IOException {
        if (type.unit() != DateUnit.DAY) {
            throw new IOException("A date in milliseconds is not expected");
        }
        return values((data, row) -> TemporalValues.date(data.getInt(row << 2)));
    }

    private static ArrowValues time(org.apache.arrow.flatbuf.Time type) throws IOException {
        if (type.unit() != TimeUnit.MICROSECOND) {
            throw new IOException("A time in another unit than microseconds is not expected");
        }
        return values((data, row) -> TemporalValues.time(data.getLong(row << 3)));
    }

    private static ArrowValues timestamp(Timestamp type) throws IOException {
        if (type.unit() != TimeUnit.MICROSECOND) {
            throw new IOException("A timestamp in another unit than microseconds is not expected");
        }
        return type.timezone() == null
                ? values((data, row) -> TemporalValues.dateTime(data.getLong(row << 3)))
                : values((data, row) -> TemporalValues.instant(data.getLong(row << 3)));
    }

    private static ArrowValues interval(Interval type) throws IOException {
        if (type.unit() != IntervalUnit.MONTH_DAY_NANO) {
            throw new IOException("An interval without months, days and nanoseconds is not expected");
        }
        return values((data, row) -> TemporalValues.interval(
                data.getInt(row << 4), data.getInt((row << 4) + 4), data.getLong((row << 4) + 8) / 1000));
    }

    /** Whether there is a validity buffer; without one, all values are NULL. */
    boolean hasValidity() {
        return true;
    }

    void load(BatchBuffers buffers) throws IOException {
        data = buffers.next();
    }

    final ByteBuffer data() {
        return data;
    }

    /** A value that is not NULL. */
    abstract Object value(int row);

    private static final class Nulls extends ArrowValues {
        @Override
        boolean hasValidity() {
            return false;
        }

        @Override
        void load(BatchBuffers buffers) {
            // A column of this type has no buffers.
        }

        @Override
        Object value(int row) {
            throw new IllegalStateException("Every value is NULL");
        }
    }

    private static final class Texts extends ArrowValues {
        private ByteBuffer offsets = ByteBuffer.allocate(0);
        private String last = "";
        private int lastStart;
        private int lastEnd;

        @Override
        void load(BatchBuffers buffers) throws IOException {
            offsets = buffers.next();
            super.load(buffers);
            last = "";
            lastStart = 0;
            lastEnd = 0;
        }

        /** Many columns repeat a text, and making it costs more than everything else. */
        @Override
        Object value(int row) {
            byte[] bytes = data().array();
            int start = data().arrayOffset() + offsets.getInt(row << 2);
            int end = data().arrayOffset() + offsets.getInt((row << 2) + 4);
            if (!Arrays.equals(bytes, start, end, bytes, lastStart, lastEnd)) {
                last = new String(bytes, start, end - start, StandardCharsets.UTF_8);
                lastStart = start;
                lastEnd = end;
            }
            return last;
        }
    }

    private static final class Lists extends ArrowValues {
        private final ArrowColumn elements;

        Lists(ArrowColumn elements) {
            this.elements = elements;
        }

        /** The offsets, and then all of the elements. */
        @Override
        void load(BatchBuffers buffers) throws IOException {
            super.load(buffers);
            elements.load(buffers);
        }

        @Override
        Object value(int row) {
            int end = data().getInt((row << 2) + 4);
            List<@Nullable Object> list = new ArrayList<>();
            for (int i = data().getInt(row << 2); i < end; i++) {
                list.add(elements.value(i));
            }
            return Collections.unmodifiableList(list);
        }
    }
}
