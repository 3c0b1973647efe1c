package io.gatehouse.server.query;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.jspecify.annotations.Nullable;

/** Values of Arrow vectors as the plain ones that {@link io.gatehouse.sql.QueryResult#value} gives. */
final class ArrowValue {
    private ArrowValue() {}

    static @Nullable Object of(FieldVector vector, int row) {
        if (vector.isNull(row)) {
            return null;
        }
        if (vector instanceof ListVector lists) {
            return list(lists, row);
        }
        if (vector instanceof VarCharVector texts) {
            return String.valueOf(texts.getObject(row));
        }
        Object number = whole(vector, row);
        return number != null ? number : timeOrOther(vector, row);
    }

    private static @Nullable Object whole(FieldVector vector, int row) {
        if (vector instanceof TinyIntVector numbers) {
            return (int) numbers.get(row);
        }
        if (vector instanceof SmallIntVector numbers) {
            return (int) numbers.get(row);
        }
        if (vector instanceof UInt1Vector numbers) {
            return Byte.toUnsignedInt(numbers.get(row));
        }
        if (vector instanceof UInt2Vector numbers) {
            return (int) numbers.get(row);
        }
        if (vector instanceof UInt4Vector numbers) {
            return Integer.toUnsignedLong(numbers.get(row));
        }
        if (vector instanceof UInt8Vector numbers) {
            return new BigDecimal(Long.toUnsignedString(numbers.get(row)));
        }
        return null;
    }

    private static @Nullable Object timeOrOther(FieldVector vector, int row) {
        if (vector instanceof DateDayVector days) {
            return LocalDate.ofEpochDay(days.get(row));
        }
        if (vector instanceof TimeMicroVector times) {
            return LocalTime.MIDNIGHT.plus(Duration.of(times.get(row), ChronoUnit.MICROS));
        }
        if (vector instanceof TimeStampMicroTZVector times) {
            return OffsetDateTime.of(LocalDate.EPOCH, LocalTime.MIDNIGHT, ZoneOffset.UTC)
                    .plus(times.get(row), ChronoUnit.MICROS);
        }
        return vector.getObject(row);
    }

    private static List<@Nullable Object> list(ListVector lists, int row) {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = lists.getElementStartIndex(row); i < lists.getElementEndIndex(row); i++) {
            list.add(of(lists.getDataVector(), i));
        }
        return Collections.unmodifiableList(list);
    }
}
