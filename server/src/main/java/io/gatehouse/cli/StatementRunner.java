package io.gatehouse.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.QueryLimits;
import io.gatehouse.sql.QueryResult;
import io.gatehouse.sql.ResultColumn;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;

/** Runs statements and writes their rows. How many there were stands under a table; other formats stay pure. */
final class StatementRunner {
    private final QueryEngine engine;
    private final RowFormat format;
    private final QueryLimits limits;
    private final PrintWriter out;
    private final PrintWriter err;

    StatementRunner(QueryEngine engine, RowFormat format, QueryLimits limits, PrintWriter out, PrintWriter err) {
        this.engine = engine;
        this.format = format;
        this.limits = limits;
        this.out = out;
        this.err = err;
    }

    /** Runs one statement; an error that has a place in the text is shown there before it is thrown on. */
    void run(String sql) {
        long start = System.nanoTime();
        try (QueryResult result = engine.query(sql, limits)) {
            long rows = write(result);
            out.flush();
            double seconds = (System.nanoTime() - start) / 1e9;
            String cut = result.truncated() ? ", more are left out (--limit)" : "";
            PrintWriter footer = format == RowFormat.TABLE ? out : err;
            footer.printf(Locale.ROOT, "%,d %s%s, %.3f s%n", rows, rows == 1 ? "row" : "rows", cut, seconds);
            footer.flush();
        } catch (GatehouseException failure) {
            failure.position().ifPresent(position -> err.print(ErrorPlace.show(sql, position)));
            throw failure;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long write(QueryResult result) throws IOException {
        return switch (format) {
            case TABLE -> writeTable(result);
            case CSV -> writeCsv(result);
            case JSON -> writeJson(result);
        };
    }

    private long writeTable(QueryResult result) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        while (result.next()) {
            rows.add(row(result));
        }
        TextTable.print(out, result.columns(), rows);
        return rows.size();
    }

    private long writeCsv(QueryResult result) throws IOException {
        CSVPrinter csv = new CSVPrinter(out, CSVFormat.RFC4180);
        csv.printRecord(result.columns().stream().map(ResultColumn::name));
        long rows = 0;
        for (; result.next(); rows++) {
            csv.printRecord(row(result));
        }
        csv.flush();
        return rows;
    }

    private long writeJson(QueryResult result) throws IOException {
        JsonGenerator json = new JsonFactory(new ObjectMapper())
                .createGenerator(out)
                .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                .useDefaultPrettyPrinter();
        long rows = 0;
        json.writeStartArray();
        for (; result.next(); rows++) {
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
