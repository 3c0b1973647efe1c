package io.gatehouse.cli.sql;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonGenerator;
import io.gatehouse.cli.terminal.CellText;
import io.gatehouse.cli.terminal.TextTable;
import io.gatehouse.client.Query;
import io.gatehouse.client.Rows;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.JsonValue;
import io.gatehouse.server.query.ColumnNames;
import io.gatehouse.server.query.CsvBuffer;
import io.gatehouse.server.query.LatexTable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes rows that have been started as text, CSV, JSON and LaTeX as the server does. Each method returns how many there were. */
final class TextRows {
    private final PrintWriter out;

    TextRows(PrintWriter out) {
        this.out = requireNonNull(out, "out is null");
    }

    long writeTable(Rows rows) {
        List<List<@Nullable Object>> table = new ArrayList<>();
        while (rows.next()) {
            List<@Nullable Object> row = new ArrayList<>();
            for (int column = 0; column < rows.columns().size(); column++) {
                row.add(rows.value(column));
            }
            table.add(row);
        }
        TextTable.print(out, rows.columns(), table);
        return table.size();
    }

    /** Writes each row as a block with a line per column, for rows that are wider than a terminal. */
    long writeVertical(Rows rows) {
        List<String> names = rows.columns().stream()
                .map(column -> CellText.visible(column.name()))
                .toList();
        int width = names.stream().mapToInt(String::length).max().orElse(0);
        long count = 0;
        while (rows.next()) {
            out.printf(Locale.ROOT, "%srow %,d%n", count == 0 ? "" : System.lineSeparator(), ++count);
            for (int column = 0; column < names.size(); column++) {
                String name = names.get(column);
                out.println("  " + name + " ".repeat(width - name.length() + 2)
                        + CellText.of(rows.columns().get(column), rows.value(column)));
            }
        }
        return count;
    }

    /**
     * Writes rows as CSV.
     *
     * @param forSpreadsheets whether texts that a spreadsheet would run as formulas get an apostrophe
     */
    long writeCsv(Rows rows, boolean forSpreadsheets) throws IOException {
        CsvBuffer csv = new CsvBuffer(new Letters(), forSpreadsheets);
        int columns = rows.columns().size();
        for (int column = 0; column < columns; column++) {
            csv.separate(column);
            csv.text(rows.columns().get(column).name());
        }
        csv.endLine();
        long count = 0;
        while (rows.next()) {
            for (int column = 0; column < columns; column++) {
                csv.separate(column);
                csv.value(rows.value(column));
            }
            csv.endLine();
            count++;
        }
        csv.drain();
        return count;
    }

    /** Writes rows as a table for a document in LaTeX, which names the statement of the query. */
    long writeLatex(Rows rows, Query query) throws IOException {
        LatexTable table = new LatexTable(out, rows.columns());
        table.start(query.sql(), query.parameters());
        long count = 0;
        for (; rows.next(); count++) {
            table.row(rows::value);
        }
        table.end(rows.truncated());
        return count;
    }

    long writeJson(Rows rows) throws IOException {
        JsonGenerator json = Json.FACTORY
                .createGenerator(out)
                .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                .useDefaultPrettyPrinter();
        List<String> names = ColumnNames.distinct(rows.columns());
        long count = 0;
        json.writeStartArray();
        while (rows.next()) {
            json.writeStartObject();
            for (int column = 0; column < names.size(); column++) {
                json.writeFieldName(names.get(column));
                JsonValue.write(json, rows.value(column));
            }
            json.writeEndObject();
            count++;
        }
        json.writeEndArray();
        json.close();
        out.println();
        return count;
    }

    /** Takes UTF-8 to the writer; the end of what it gets may be in the middle of a character. */
    private final class Letters extends OutputStream {
        private byte[] cut = {};

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            byte[] all = Arrays.copyOf(cut, cut.length + length);
            System.arraycopy(bytes, offset, all, cut.length, length);
            int whole = whole(all);
            out.write(new String(all, 0, whole, StandardCharsets.UTF_8));
            cut = Arrays.copyOfRange(all, whole, all.length);
        }

        /** The end of the last character that is there as a whole. */
        private static int whole(byte[] utf8) {
            int last = utf8.length - 1;
            while (last > 0 && (utf8[last] & 0xc0) == 0x80) {
                last--;
            }
            if (last < 0) {
                return 0;
            }
            int ones = Integer.numberOfLeadingZeros(~(utf8[last] << 24));
            return last + Math.max(1, ones) > utf8.length ? last : utf8.length;
        }
    }
}
