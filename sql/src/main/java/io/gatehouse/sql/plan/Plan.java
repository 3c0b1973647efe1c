package io.gatehouse.sql.plan;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A planned statement.
 *
 * @param sql the one DuckDB statement that answers it
 * @param columns the names of its columns as the user is to see them
 * @param preface rows of text that come before those of the statement
 * @param parameters the DuckDB types of the values that take the place of {@code $1}, {@code $2} and so on
 */
public record Plan(String sql, List<String> columns, List<List<String>> preface, List<String> parameters) {
    public Plan {
        requireNonNull(sql, "sql is null");
        columns = List.copyOf(columns);
        preface = preface.stream().map(List::copyOf).toList();
        parameters = List.copyOf(parameters);
    }

    Plan(String sql, List<String> columns) {
        this(sql, columns, List.of(), List.of());
    }

    Plan(String sql, List<String> columns, List<String> parameters) {
        this(sql, columns, List.of(), parameters);
    }

    /**
     * The statement with one row more than a limit, which tells a cut result from a whole one. DuckDB hands the same
     * first rows on whether or not a LIMIT stands around the query, so a limit never changes a row.
     *
     * @param rows the limit; 0 is none
     */
    public String limitedTo(long rows) {
        return rows == 0 || rows == Long.MAX_VALUE || !preface.isEmpty()
                ? sql
                : "SELECT * FROM (\n%s\n) AS \"limited\" LIMIT %d".formatted(sql, rows + 1);
    }
}
