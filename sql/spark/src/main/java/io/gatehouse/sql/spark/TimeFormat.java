package io.gatehouse.sql.spark;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** DuckDB's formats of times as Spark's, inside of a literal. */
final class TimeFormat {
    private static final Pattern PIECE = Pattern.compile("%(.?)|([A-Za-z]+)|([^%A-Za-z]+)");
    private static final Map<String, String> PARTS = Map.of(
            "Y", "yyyy", "m", "MM", "d", "dd", "H", "HH", "M", "mm", "S", "ss", "f", "SSSSSS", "j", "DDD", "B", "MMMM",
            "A", "EEEE");

    private TimeFormat() {}

    static String of(String format) {
        StringBuilder said = new StringBuilder();
        Matcher piece = PIECE.matcher(format);
        while (piece.find()) {
            said.append(said(piece, format));
        }
        return said.toString();
    }

    /** A part of the time, a text between quotes, or what stands for itself. */
    private static String said(Matcher piece, String format) {
        if (piece.group(2) != null) {
            return "\\'%s\\'".formatted(piece.group(2));
        }
        String part = piece.group(3) == null ? PARTS.get(piece.group(1)) : piece.group(3);
        if (part == null || part.contains("'") || part.contains("\\") || part.matches(".*[\\[\\]{}#].*")) {
            throw Refusal.of("strftime with the format %s".formatted(format));
        }
        return part;
    }
}
