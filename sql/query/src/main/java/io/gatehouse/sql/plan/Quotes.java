package io.gatehouse.sql.plan;

/** Names and texts as DuckDB reads them. */
final class Quotes {
    private Quotes() {}

    static String name(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    static String text(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
