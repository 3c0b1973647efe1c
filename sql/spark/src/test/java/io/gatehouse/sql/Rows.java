package io.gatehouse.sql;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A result as a test compares it: DuckDB's types and the rows. */
record Rows(List<String> types, List<List<@Nullable Object>> rows) {
    private static final QueryLimits LIMITS = new QueryLimits(Duration.ofSeconds(60), Duration.ofSeconds(60), 0);

    static Rows of(QueryEngine engine, String sql) {
        try (QueryResult result = engine.query(sql, LIMITS)) {
            List<List<@Nullable Object>> rows = new ArrayList<>();
            while (result.next()) {
                List<@Nullable Object> row = new ArrayList<>();
                for (int i = 0; i < result.columns().size(); i++) {
                    row.add(result.value(i));
                }
                rows.add(row);
            }
            return new Rows(
                    result.columns().stream()
                            .map(column -> column.type().toString())
                            .toList(),
                    rows);
        }
    }

    /** For statements that leave the order open. */
    Rows sorted() {
        List<List<@Nullable Object>> sorted = new ArrayList<>(rows);
        sorted.sort(Comparator.comparing(List::toString));
        return new Rows(types, sorted);
    }
}
