package io.gatehouse.study;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Query;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.client.Session;
import io.gatehouse.sql.EngineSession;
import io.gatehouse.sql.QueryEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The result of a statement of the study.
 *
 * @param columns names of the columns
 * @param rows the values, one list per row
 */
public record Rows(List<String> columns, List<List<@Nullable Object>> rows) {
    /** Views over all tokens of a large run take their time. */
    private static final Duration TIMEOUT = Duration.ofMinutes(30);

    public Rows {
        columns = List.copyOf(columns);
        requireNonNull(rows, "rows is null");
    }

    /** Runs a statement in this process or on a server. */
    public static Rows of(Session session, String sql) {
        try (io.gatehouse.client.Rows result = session.query(new Query(sql, List.of(), Optional.of(TIMEOUT), 0))) {
            result.start();
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

    /** Runs a statement in this process. */
    public static Rows of(QueryEngine engine, String sql) {
        try (Session session = new EngineSession(engine, () -> {})) {
            return of(session, sql);
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
