package io.gatehouse.sql.parse;

/** Names and texts as DuckDB reads them. */
public final class Quotes {
    private Quotes() {}

    public static String name(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    public static String text(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
