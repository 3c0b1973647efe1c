package io.gatehouse.server.query;

import com.fasterxml.jackson.core.JsonGenerator;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.JsonValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.VarCharVector;

/** Writes the fields of one column. */
@FunctionalInterface
interface CsvField {
    void write(CsvBuffer csv, int row) throws IOException;

    /** The way of a column's type; the common ones without an object per value. */
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
        return (csv, row) -> other(csv, vector, row);
    }

    private static void other(CsvBuffer csv, FieldVector vector, int row) throws IOException {
        Object value = ArrowValue.of(vector, row);
        if (value instanceof List<?> list) {
            csv.quoted(json(list).getBytes(StandardCharsets.UTF_8));
        } else if (value != null) {
            csv.ascii(JsonValue.text(value));
        }
    }

    private static String json(List<?> list) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.FACTORY.createGenerator(bytes)) {
            JsonValue.write(json, list);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
