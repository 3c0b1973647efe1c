package io.gatehouse.study;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.ResultColumn;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.QueryLimits;
import io.gatehouse.sql.QueryResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of a statement of the study.
 *
 * @param columns names of the columns
 * @param rows the values, one list per row
 */
public record Rows(List<String> columns, List<List<@Nullable Object>> rows) {
    /** Views over all tokens of a large run take their time. */
    private static final QueryLimits LIMITS = new QueryLimits(Duration.ofMinutes(30), 0);

    public Rows {
        columns = List.copyOf(columns);
        requireNonNull(rows, "rows is null");
    }

    /** Runs a statement. */
    public static Rows of(QueryEngine engine, String sql) {
        try (QueryResult result = engine.query(sql, LIMITS)) {
            List<List<@Nullable Object>> rows = new ArrayList<>();
            while (result.next()) {
                List<@Nullable Object> row = new ArrayList<>();
                for (int column = 0; column < result.columns().size(); column++) {
                    row.add(result.value(column));
                }
                rows.add(Collections.unmodifiableList(row));
            }
            return new Rows(result.columns().stream().map(ResultColumn::name).toList(), rows);
        }
    }

    /** Returns the rows in which none of the given columns is NULL. */
    public Rows known(List<String> needed) {
        int[] places = needed.stream().mapToInt(this::column).toArray();
        return new Rows(
                columns,
                rows.stream()
                        .filter(row -> Arrays.stream(places).allMatch(place -> row.get(place) != null))
                        .toList());
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /** Returns the index of a column. */
    public int column(String name) {
        int column = columns.indexOf(name);
        if (column < 0) {
            throw new IllegalArgumentException("There is no column %s among %s".formatted(name, columns));
        }
        return column;
    }

    /** Returns a value; NULL is null. */
    public @Nullable Object value(int row, String name) {
        return rows.get(row).get(column(name));
    }
}
