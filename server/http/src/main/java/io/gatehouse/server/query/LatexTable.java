package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.NumberOutput;
import io.gatehouse.client.Bindings;
import io.gatehouse.client.Bindings.ByName;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.JsonValue;
import io.gatehouse.type.SqlType;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows as a {@code tabular} of LaTeX with the rules of booktabs, one row at a time. Above it, comments say which
 * statement it shows; below, how many rows. Numbers have the digits of CSV and are aligned to the right, NULL is a dash,
 * an empty text is empty, and a list is its JSON. No text can contain a command of LaTeX; letters beyond ASCII stay as
 * they are, in UTF-8.
 */
public final class LatexTable {
    /** Of a NULL; the dashes of texts are written in another way. */
    private static final String NULL = "--";

    private static final Set<SqlType.Scalar> NUMBERS = EnumSet.of(
            SqlType.Scalar.TINYINT,
            SqlType.Scalar.SMALLINT,
            SqlType.Scalar.INTEGER,
            SqlType.Scalar.BIGINT,
            SqlType.Scalar.HUGEINT,
            SqlType.Scalar.UTINYINT,
            SqlType.Scalar.USMALLINT,
            SqlType.Scalar.UINTEGER,
            SqlType.Scalar.UBIGINT,
            SqlType.Scalar.FLOAT,
            SqlType.Scalar.DOUBLE);

    private final Writer out;
    private final List<ResultColumn> columns;
    private long rows;

    /** Writes nothing yet. */
    public LatexTable(Writer out, List<ResultColumn> columns) {
        this.out = requireNonNull(out, "out is null");
        this.columns = List.copyOf(columns);
    }

    /**
     * Writes what is above the rows.
     *
     * @param parameters the values of the statement's parameters
     */
    public void start(String sql, Bindings parameters) throws IOException {
        for (String line : sql.strip().lines().toList()) {
            comment(line);
        }
        if (!parameters.isEmpty()) {
            comment("Parameters: " + json(parameters instanceof ByName named ? named.named() : parameters.values()));
        }
        String alignments = columns.stream()
                .map(column -> isNumber(column.type()) ? "r" : "l")
                .collect(Collectors.joining());
        out.write("\\begin{tabular}{" + alignments + "}\n\\toprule\n");
        line(column -> columns.get(column).name());
        out.write("\\midrule\n");
    }

    /** Writes a row, of which the function returns the value of each column. */
    public void row(IntFunction<@Nullable Object> values) throws IOException {
        line(values);
        rows++;
    }

    /** Writes what is below the rows. */
    public void end(boolean truncated) throws IOException {
        out.write("\\bottomrule\n\\end{tabular}\n");
        comment(String.format(
                Locale.ROOT, "%,d %s%s", rows, rows == 1 ? "row" : "rows", truncated ? ", cut by the limit" : ""));
    }

    private static boolean isNumber(SqlType type) {
        return type instanceof SqlType.Decimal || (type instanceof SqlType.Scalar scalar && NUMBERS.contains(scalar));
    }

    /** A line of a statement may have control characters, but what is a line to TeX ends at a line feed. */
    private void comment(String line) throws IOException {
        out.write("% ");
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            out.write(Character.isISOControl(c) ? ' ' : c);
        }
        out.write('\n');
    }

    private void line(IntFunction<@Nullable Object> values) throws IOException {
        for (int column = 0; column < columns.size(); column++) {
            if (column > 0) {
                out.write(" & ");
            }
            cell(values.apply(column), column == 0);
        }
        out.write(" \\\\\n");
    }

    private void cell(@Nullable Object value, boolean first) throws IOException {
        if (value == null) {
            out.write(NULL);
        } else if (value instanceof Float number) {
            number(NumberOutput.toString(number, true));
        } else if (value instanceof Double number) {
            number(NumberOutput.toString(number, true));
        } else if (value instanceof Number) {
            number(JsonValue.text(value));
        } else {
            String text = value instanceof List<?> list ? json(list) : JsonValue.text(value);
            // After the end of a line these would be its options.
            if (first && (text.startsWith("[") || text.startsWith("*"))) {
                out.write("{}");
            }
            text(text);
        }
    }

    /** A hyphen before a number is too short to be its sign. */
    private void number(String digits) throws IOException {
        out.write(digits.startsWith("-") ? "$-$" + digits.substring(1) : digits);
    }

    private static String json(Object value) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = Json.FACTORY.createGenerator(text)) {
            JsonValue.write(json, value);
        }
        return text.toString();
    }

    private void text(String text) throws IOException {
        char before = ' ';
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            letter(c, before);
            before = Character.isWhitespace(c) ? ' ' : c;
        }
    }

    private void letter(char c, char before) throws IOException {
        switch (c) {
            case '&', '%', '$', '#', '_', '{', '}' -> {
                out.write('\\');
                out.write(c);
            }
            case '\\' -> out.write("\\textbackslash{}");
            case '~' -> out.write("\\textasciitilde{}");
            case '^' -> out.write("\\textasciicircum{}");
            case '<' -> out.write("\\textless{}");
            case '>' -> out.write("\\textgreater{}");
            case '|' -> out.write("\\textbar{}");
            case '`' -> out.write("\\textasciigrave{}");
            // The packages of some languages make a command of it.
            case '"' -> out.write("\\string\"");
            // Two of them would become another sign.
            case '-', '\'', ',' -> {
                if (before == c) {
                    out.write("{}");
                }
                out.write(c);
            }
            default -> plain(c, before);
        }
    }

    /** TeX drops blanks at the beginning and makes one of several; other control characters it refuses. */
    private void plain(char c, char before) throws IOException {
        if (Character.isWhitespace(c)) {
            out.write(before == ' ' ? "\\ " : " ");
        } else {
            out.write(Character.isISOControl(c) ? '?' : c);
        }
    }
}
