package io.gatehouse.cli.terminal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.sql.QueryResult;
import io.gatehouse.type.SqlType.Scalar;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a command found out: figures and tables, each under its label. Printed for people, or as one JSON object whose keys
 * are the labels in lower case with underscores: "Prompt tokens" is {@code prompt_tokens}. Values are numbers, texts,
 * booleans, lists of these and null; a table is a list of objects.
 */
public final class Report {
    private final Map<String, Object> entries = new LinkedHashMap<>();

    private record Rows(List<ResultColumn> columns, List<List<@Nullable Object>> rows) {}

    /** A row of a table: texts and numbers by the name of their column. All rows of a table have the same columns. */
    public static final class Row {
        private final List<ResultColumn> columns = new ArrayList<>();
        private final List<@Nullable Object> values = new ArrayList<>();

        public Row with(String column, Object value) {
            columns.add(new ResultColumn(column, value instanceof String ? Scalar.VARCHAR : Scalar.DOUBLE));
            values.add(value);
            return this;
        }
    }

    /** A number of bytes, which people read in a larger unit. */
    private record Bytes(long count) {
        @Override
        public String toString() {
            if (count < 10_000) {
                return String.format(Locale.ROOT, "%,d bytes", count);
            }
            if (count < 1_000_000) {
                return String.format(Locale.ROOT, "%,.1f kB", count / 1e3);
            }
            return count < 1_000_000_000
                    ? String.format(Locale.ROOT, "%,.1f MB", count / 1e6)
                    : String.format(Locale.ROOT, "%,.1f GB", count / 1e9);
        }
    }

    /** So many digits behind the point as mean something. */
    public static double rounded(double value, int digits) {
        double unit = Math.pow(10, digits);
        return Math.round(value * unit) / unit;
    }

    /** A duration in milliseconds, with so many digits behind the point. */
    public static double millis(Duration duration, int digits) {
        return rounded(duration.toNanos() / 1e6, digits);
    }

    /** The key of a label in JSON. */
    static String key(String label) {
        return label.toLowerCase(Locale.ROOT).replaceAll("[^\\p{Alnum}]+", "_").replaceAll("^_|_$", "");
    }

    /**
     * Adds a figure.
     *
     * @param value a number, a text, a boolean, a list of these, or an Optional of one of them, which is null in JSON and
     *     "none" for people if it is empty
     */
    public Report figure(String label, Object value) {
        entries.put(label, value);
        return this;
    }

    /** Adds a number of bytes. */
    public Report bytes(String label, long count) {
        entries.put(label, new Bytes(count));
        return this;
    }

    /** Reads the result to its end. */
    public Report table(String label, QueryResult result) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        while (result.next()) {
            List<@Nullable Object> row = new ArrayList<>();
            for (int column = 0; column < result.columns().size(); column++) {
                row.add(result.value(column));
            }
            rows.add(row);
        }
        entries.put(label, new Rows(result.columns(), rows));
        return this;
    }

    /** Adds a table of at least one row. */
    public Report table(String label, List<Row> rows) {
        entries.put(
                label,
                new Rows(
                        rows.get(0).columns,
                        rows.stream().map(row -> row.values).toList()));
        return this;
    }

    /** Prints it to where a command prints. */
    public void print(ReportOutput output) {
        print(output.writer(), output.json());
    }

    public void print(PrintWriter out, boolean json) {
        if (json) {
            out.println(json());
        } else {
            printText(out);
        }
        out.flush();
    }

    private void printText(PrintWriter out) {
        int width = entries.entrySet().stream()
                .filter(entry -> !(entry.getValue() instanceof Rows))
                .mapToInt(entry -> CellText.visible(entry.getKey()).length())
                .max()
                .orElse(0);
        entries.forEach((label, value) -> {
            if (value instanceof Rows rows) {
                out.println();
                out.println(CellText.visible(label));
                TextTable.print(out, rows.columns(), rows.rows());
            } else {
                String shown = CellText.visible(label);
                out.println(shown + " ".repeat(width - shown.length() + 2) + text(value));
            }
        });
    }

    private static String text(Object value) {
        if (value instanceof Optional<?> optional) {
            return optional.isPresent() ? text(optional.get()) : "none";
        }
        if (value instanceof List<?> list) {
            return list.isEmpty() ? "none" : list.stream().map(Report::text).collect(Collectors.joining(", "));
        }
        return value instanceof Bytes bytes ? bytes.toString() : CellText.of(value);
    }

    private String json() {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        entries.forEach((label, value) -> tree.put(key(label), plain(value)));
        return json(tree);
    }

    private static @Nullable Object plain(Object value) {
        if (value instanceof Rows rows) {
            return objects(rows);
        }
        if (value instanceof Bytes bytes) {
            return bytes.count();
        }
        return value instanceof Optional<?> optional ? optional.orElse(null) : value;
    }

    /** Maps, lists, texts, numbers and booleans as JSON. */
    public static String json(Object tree) {
        try {
            return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Figures and rows always have a JSON text", e);
        }
    }

    private static List<Map<String, @Nullable Object>> objects(Rows rows) {
        return rows.rows().stream()
                .map(row -> {
                    Map<String, @Nullable Object> object = new LinkedHashMap<>();
                    for (int column = 0; column < row.size(); column++) {
                        object.put(key(rows.columns().get(column).name()), row.get(column));
                    }
                    return object;
                })
                .toList();
    }
}
