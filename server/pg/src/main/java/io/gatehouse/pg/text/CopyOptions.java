package io.gatehouse.pg.text;

import static java.util.Objects.requireNonNull;

import java.util.Locale;

/**
 * How COPY writes rows.
 *
 * @param format text, csv or binary
 * @param header whether the names of the columns come first; csv and text only
 */
public record CopyOptions(Format format, char delimiter, String nullText, boolean header) {
    /** The formats of COPY. */
    public enum Format {
        TEXT,
        CSV,
        BINARY
    }

    public CopyOptions {
        requireNonNull(format, "format is null");
        requireNonNull(nullText, "nullText is null");
    }

    /** WITH (FORMAT csv, HEADER true, …), or the words of old: BINARY, CSV HEADER, DELIMITER ';', NULL 'x'. */
    static CopyOptions parse(PgText text, int from) {
        Format format = Format.TEXT;
        String delimiter = "";
        String nullText = "";
        boolean hasNull = false;
        boolean header = false;
        int at = from;
        while (at < text.tokens().size()) {
            String word = text.token(at).value().toLowerCase(Locale.ROOT);
            String next = text.token(at + 1).value();
            switch (word) {
                case "with", "(", ")", ",", "as", "quote", "encoding" -> {}
                case "format" -> {}
                case "csv" -> format = Format.CSV;
                case "binary" -> format = Format.BINARY;
                case "text" -> format = Format.TEXT;
                case "header" -> header = !next.matches("(?i)false|off|0");
                case "true", "on", "1", "false", "off", "0", "utf8", "utf-8", "\"" -> {}
                case "delimiter" -> {
                    delimiter = text.hasAt(at + 1, "as") ? text.token(++at + 1).value() : next;
                    at++;
                }
                case "null" -> {
                    nullText = text.hasAt(at + 1, "as") ? text.token(++at + 1).value() : next;
                    hasNull = true;
                    at++;
                }
                default -> throw text.syntax("COPY has no option \"%s\" here".formatted(word));
            }
            at++;
        }
        char separator = format == Format.CSV ? ',' : '\t';
        if (delimiter.length() > 1) {
            throw text.syntax("The delimiter of COPY is one character");
        }
        return new CopyOptions(
                format,
                delimiter.isEmpty() ? separator : delimiter.charAt(0),
                hasNull || format == Format.CSV ? nullText : "\\N",
                header);
    }

    /** A value as a field of the text or CSV format. */
    public String field(String value) {
        if (format == Format.TEXT) {
            String escaped = value.replace("\\", "\\\\")
                    .replace("\n", "\\n")
                    .replace("\r", "\\r")
                    .replace("\t", "\\t");
            return delimiter == '\t' ? escaped : escaped.replace(String.valueOf(delimiter), "\\" + delimiter);
        }
        boolean quoted = value.equals(nullText)
                || value.equals("\\.")
                || value.chars().anyMatch(c -> c == delimiter || c == '"' || c == '\n' || c == '\r');
        return quoted ? '"' + value.replace("\"", "\"\"") + '"' : value;
    }
}
