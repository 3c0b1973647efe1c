package io.gatehouse.sql;

import io.gatehouse.client.TemporalValues;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntervalMonthDayNanoVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.jspecify.annotations.Nullable;

/** Values of the vectors of {@link ArrowBatches}. */
public final class VectorValues {
    private VectorValues() {}

    /**
     * What a list has.
     *
     * @param elements including those of lists in it
     * @param bytes of its texts
     */
    record ListSize(long elements, long bytes) {}

    /** A value, as {@link QueryResult#value} gives it. */
    public static @Nullable Object value(FieldVector vector, int row) {
        if (vector.isNull(row)) {
            return null;
        }
        if (vector instanceof ListVector lists) {
            return list(lists, row);
        }
        if (vector instanceof VarCharVector texts) {
            return new String(texts.get(row), StandardCharsets.UTF_8);
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
            return TemporalValues.date(days.get(row));
        }
        if (vector instanceof TimeMicroVector times) {
            return TemporalValues.time(times.get(row));
        }
        if (vector instanceof TimeStampMicroVector times) {
            return TemporalValues.dateTime(times.get(row));
        }
        if (vector instanceof TimeStampMicroTZVector times) {
            return here(TemporalValues.instant(times.get(row)));
        }
        if (vector instanceof IntervalMonthDayNanoVector intervals) {
            ArrowBuf data = intervals.getDataBuffer();
            return TemporalValues.interval(
                    IntervalMonthDayNanoVector.getMonths(data, row),
                    IntervalMonthDayNanoVector.getDays(data, row),
                    IntervalMonthDayNanoVector.getNanoseconds(data, row) / 1_000);
        }
        return vector.getObject(row);
    }

    /** DuckDB's driver gives moments in the time zone of this machine. */
    private static Object here(Object moment) {
        return moment instanceof OffsetDateTime time
                ? time.atZoneSameInstant(ZoneId.systemDefault()).toOffsetDateTime()
                : moment;
    }

    private static List<@Nullable Object> list(ListVector lists, int row) {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = lists.getElementStartIndex(row); i < lists.getElementEndIndex(row); i++) {
            list.add(value(lists.getDataVector(), i));
        }
        return Collections.unmodifiableList(list);
    }

    /** The size of a list that is not null. Reads its ends only. */
    static ListSize size(ListVector lists, int row) {
        long elements = 0;
        FieldVector vector = lists;
        int from = row;
        int to = row + 1;
        while (from < to && vector instanceof ListVector inner) {
            int first = inner.getElementStartIndex(from);
            to = inner.getElementEndIndex(to - 1);
            from = first;
            elements += to - from;
            vector = inner.getDataVector();
        }
        long bytes = from < to && vector instanceof VarCharVector texts
                ? texts.getEndOffset(to - 1) - texts.getStartOffset(from)
                : 0;
        return new ListSize(elements, bytes);
    }
}
