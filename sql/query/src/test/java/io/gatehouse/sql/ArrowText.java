package io.gatehouse.sql;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.jspecify.annotations.Nullable;

/** One text for a value, whichever way it came. */
final class ArrowText {
    private ArrowText() {}

    static String of(FieldVector vector, int row) {
        if (vector.isNull(row)) {
            return "null";
        }
        if (vector instanceof DateDayVector days) {
            return LocalDate.ofEpochDay(days.get(row)).toString();
        }
        if (vector instanceof TimeMicroVector times) {
            return LocalTime.ofNanoOfDay(times.get(row) * 1000).toString();
        }
        if (vector instanceof TimeStampMicroTZVector times) {
            return of(Instant.EPOCH.plus(times.get(row), ChronoUnit.MICROS).atOffset(ZoneOffset.UTC));
        }
        if (vector instanceof UInt1Vector numbers) {
            return Integer.toString(numbers.get(row) & 0xff);
        }
        if (vector instanceof UInt2Vector numbers) {
            return Integer.toString(numbers.get(row));
        }
        return of(vector.getObject(row));
    }

    static String of(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(ArrowText::of).collect(Collectors.joining(", ", "[", "]"));
        }
        if (value instanceof OffsetDateTime time) {
            return time.toInstant().toString();
        }
        return value instanceof BigDecimal decimal ? decimal.toPlainString() : String.valueOf(value);
    }
}
