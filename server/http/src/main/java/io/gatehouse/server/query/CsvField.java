package io.gatehouse.server.query;

import io.gatehouse.client.TemporalValues;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
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

/** Writes the fields of one column. */
@FunctionalInterface
interface CsvField {
    void write(CsvBuffer csv, int row) throws IOException;

    /** The writer for a type of column; the common ones make no object per value. */
    static CsvField of(FieldVector vector) {
        CsvField present = ofPresent(vector);
        return (csv, row) -> {
            if (!vector.isNull(row)) {
                present.write(csv, row);
            }
        };
    }

    private static CsvField ofPresent(FieldVector vector) {
        if (vector instanceof IntVector numbers) {
            return (csv, row) -> csv.number(numbers.get(row));
        }
        if (vector instanceof SmallIntVector numbers) {
            return (csv, row) -> csv.number(numbers.get(row));
        }
        if (vector instanceof BigIntVector numbers) {
            return (csv, row) -> csv.number(numbers.get(row));
        }
        if (vector instanceof Float4Vector numbers) {
            return (csv, row) -> csv.number(numbers.get(row));
        }
        if (vector instanceof Float8Vector numbers) {
            return (csv, row) -> csv.number(numbers.get(row));
        }
        if (vector instanceof VarCharVector texts) {
            return (csv, row) -> csv.text(texts.getDataBuffer(), texts.getStartOffset(row), texts.getEndOffset(row));
        }
        return (csv, row) -> csv.value(value(vector, row));
    }

    /** The value of a vector, as {@link io.gatehouse.sql.QueryResult#value} gives it. */
    private static @Nullable Object value(FieldVector vector, int row) {
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
            return TemporalValues.date(days.get(row));
        }
        if (vector instanceof TimeMicroVector times) {
            return TemporalValues.time(times.get(row));
        }
        if (vector instanceof TimeStampMicroVector times) {
            return TemporalValues.dateTime(times.get(row));
        }
        if (vector instanceof TimeStampMicroTZVector times) {
            return TemporalValues.instant(times.get(row));
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

    private static List<@Nullable Object> list(ListVector lists, int row) {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = lists.getElementStartIndex(row); i < lists.getElementEndIndex(row); i++) {
            list.add(value(lists.getDataVector(), i));
        }
        return Collections.unmodifiableList(list);
    }
}
