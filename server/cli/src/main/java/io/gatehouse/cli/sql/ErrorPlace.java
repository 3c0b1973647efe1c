package io.gatehouse.cli.sql;

import io.gatehouse.error.TextRange;

/** Shows where in a statement an error is: the line, and carets under the place. */
public final class ErrorPlace {
    private ErrorPlace() {}

    public static String show(String sql, TextRange place) {
        // The lexer ends lines at CR too.
        String[] lines = sql.split("\r\n|\r|\n", -1);
        if (place.line() > lines.length) {
            return "";
        }
        // Each control character becomes one place, as the carets count them; a script may be anybody's.
        String line = lines[place.line() - 1].replaceAll("[\\p{Cntrl}&&[^\t]]", "\ufffd");
        int from = Math.min(place.column() - 1, line.length());
        int to = place.endLine() == place.line() ? Math.min(place.endColumn(), line.length()) : line.length();
        String head = lines.length == 1 ? "  " : "  line " + place.line() + ": ";
        // A tab is as wide under the line as in it.
        String indent = line.substring(0, from).replaceAll("[^\t]", " ");
        return head + line + "\n" + " ".repeat(head.length()) + indent + "^".repeat(Math.max(1, to - from)) + "\n";
    }
}
