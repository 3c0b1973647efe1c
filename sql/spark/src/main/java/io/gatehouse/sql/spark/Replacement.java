package io.gatehouse.sql.spark;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What takes the place of a match, in Java's words: there {@code $1} is a group and {@code \} escapes, where RE2, and so
 * DuckDB, has {@code \1} and nothing else.
 */
record Replacement(String text) {
    private static final Pattern PIECE = Pattern.compile("\\\\(.?)|([^\\\\]+)", Pattern.DOTALL);

    /** @param groupsBefore how many groups stand before those that are meant */
    static Replacement of(String re2, int groupsBefore) {
        StringBuilder text = new StringBuilder();
        Matcher piece = PIECE.matcher(re2);
        boolean behindGroup = groupsBefore > 0;
        while (piece.find()) {
            String escaped = piece.group(1);
            if (escaped == null) {
                // A digit behind a group would be one of its number.
                text.append(behindGroup && Character.isDigit(piece.group().charAt(0)) ? "\\" : "")
                        .append(Matcher.quoteReplacement(piece.group()));
            } else if (escaped.equals("\\")) {
                text.append("\\\\");
            } else if (escaped.matches("[0-9]") && Integer.parseInt(escaped) + groupsBefore <= 9) {
                // Of two digits Java takes the first alone where there are fewer groups.
                text.append('$').append(Integer.parseInt(escaped) + groupsBefore);
            } else {
                throw Refusal.of("regexp_replace with %s".formatted(piece.group()));
            }
            behindGroup = escaped != null;
        }
        return new Replacement(text.toString());
    }
}
