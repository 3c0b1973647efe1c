package io.gatehouse.server.http;

import io.gatehouse.sql.parse.Lines;
import io.javalin.http.Context;
import java.util.Optional;

/** The SQL of a request, so that a problem document can say where in it the error is. */
public final class SqlText {
    private static final String ATTRIBUTE = "gatehouse.sql";

    private SqlText() {}

    public static void assign(Context context, String sql) {
        context.attribute(ATTRIBUTE, sql);
    }

    static Optional<String> of(Context context) {
        return Optional.ofNullable(context.attribute(ATTRIBUTE));
    }

    /** UTF-16 units before a place, as JavaScript and Java count them; lines and columns count from 1. */
    static int offset(String sql, int line, int column) {
        return Math.min(new Lines(sql).offset(line, column), sql.length());
    }
}
