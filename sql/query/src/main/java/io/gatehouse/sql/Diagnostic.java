package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import io.gatehouse.sql.parse.Lines;

/**
 * What is wrong with a statement, and where.
 *
 * @param range its lines and columns, from 1, both ends included
 * @param start index of its first character
 * @param end index behind its last one
 */
public record Diagnostic(Severity severity, ErrorCode code, String message, TextRange range, int start, int end) {
    /** How bad it is. */
    public enum Severity {
        /** The statement cannot be run. */
        ERROR
    }

    public Diagnostic {
        requireNonNull(severity, "severity is null");
        requireNonNull(code, "code is null");
        requireNonNull(message, "message is null");
        requireNonNull(range, "range is null");
    }

    public String sqlState() {
        return code.sqlState();
    }

    /** Makes an error at its position in the text; without a position it covers the whole text. */
    static Diagnostic error(GatehouseException failure, String sql) {
        Lines lines = new Lines(sql);
        TextRange range = failure.position().orElseGet(() -> lines.range(first(sql), last(sql)));
        int start = lines.offset(range.line(), range.column());
        int end = lines.offset(range.endLine(), range.endColumn()) + 1;
        return new Diagnostic(Severity.ERROR, failure.code(), String.valueOf(failure.getMessage()), range, start, end);
    }

    private static int first(String sql) {
        return sql.length() - sql.stripLeading().length();
    }

    private static int last(String sql) {
        return Math.max(first(sql), sql.stripTrailing().length() - 1);
    }
}
