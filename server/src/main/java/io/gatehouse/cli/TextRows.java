package io.gatehouse.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.sql.QueryResult;
import io.gatehouse.sql.ResultColumn;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;

/** Writes the rows of a result as text. Each method returns how many there were. */
final class TextRows {
    private final PrintWriter out;
    private final Runnable ready;

    /** @param ready run before anything is written, when the result has begun to come */
    TextRows(PrintWriter out, Runnable ready) {
        this.out = out;
        this.ready = ready;
    }

    private boolean next(QueryResult result) {
        boolean present = result.next();
        ready.run();
        return present;
    }

    long writeTable(QueryResult result) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        while (next(result)) {
            rows.add(row(result));
        }
        TextTable.print(out, result.columns(), rows);
        return rows.size();
    }

    long writeCsv(QueryResult result) throws IOException {
        CSVPrinter csv = new CSVPrinter(out, CSVFormat.RFC4180);
        csv.printRecord(result.columns().stream().map(ResultColumn::name));
        long rows = 0;
        for (; next(result); rows++) {
            csv.printRecord(row(result));
        }
        csv.flush();
        return rows;
    }

    long writeJson(QueryResult result) throws IOException {
        JsonGenerator json = new JsonFactory(new ObjectMapper())
                .createGenerator(out)
                .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                .useDefaultPrettyPrinter();
        long rows = 0;
        json.writeStartArray();
        for (; next(result); rows++) {
            json.writeStartObject();
            for (int column = 0; column < result.columns().size(); column++) {
                json.writeFieldName(result.columns().get(column).name());
                writeJsonValue(json, result.value(column));
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        json.close();
        out.println();
        return rows;
    }

    /** Dates and times are written as their text. */
    private static void writeJsonValue(JsonGenerator json, @Nullable Object value) throws IOException {
        if (value instanceof List<?> list) {
            json.writeStartArray();
            for (Object element : list) {
                writeJsonValue(json, element);
            }
            json.writeEndArray();
        } else {
            json.writePOJO(value instanceof Temporal ? value.toString() : value);
        }
    }

    private static List<@Nullable Object> row(QueryResult result) {
        List<@Nullable Object> row = new ArrayList<>();
        for (int column = 0; column < result.columns().size(); column++) {
            row.add(result.value(column));
        }
        return row;
    }
}
