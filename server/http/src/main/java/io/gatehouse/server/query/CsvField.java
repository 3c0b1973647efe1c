package io.gatehouse.server.query;

import io.gatehouse.sql.VectorValues;
import java.io.IOException;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;

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
        if (vector instanceof ListVector lists) {
            return (csv, row) -> csv.json(json -> VectorJson.write(json, lists, row));
        }
        return (csv, row) -> csv.value(VectorValues.value(vector, row));
    }
}
