package io.gatehouse.sql.plan;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A planned statement.
 *
 * @param sql the one DuckDB statement that answers it
 * @param columns the names of its columns as the user is to see them
 */
public record Plan(String sql, List<String> columns) {
    public Plan {
        requireNonNull(sql, "sql is null");
        columns = List.copyOf(columns);
    }
}
