package io.gatehouse.sql;

import io.gatehouse.type.SqlType;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A result as a test compares it: DuckDB's types and the rows. */
record Rows(List<String> types, List<List<@Nullable Object>> rows) {
    private static final QueryLimits LIMITS = new QueryLimits(Duration.ofSeconds(60), Duration.ofSeconds(60), 0);

    static Rows of(QueryEngine engine, String sql) {
        return of(engine, sql, new ArrayList<>());
    }

    /** @param names gets the names of the columns */
    static Rows of(QueryEngine engine, String sql, List<String> names) {
        try (QueryResult result = engine.query(sql, LIMITS)) {
            result.columns().forEach(column -> names.add(column.name()));
            return of(result);
        }
    }

    static Rows of(QueryResult result) {
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

    /** The same from DuckDB, which gets the text as it is. */
    static Rows of(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            return of(result);
        }
    }

    static Rows of(ResultSet result) throws SQLException {
        return of(result, Integer.MAX_VALUE).orElseThrow();
    }

    /** Returns nothing for a result of more rows. */
    static Optional<Rows> of(ResultSet result, int mostRows) throws SQLException {
        List<SqlType> types = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
            types.add(SqlType.of(result.getMetaData().getColumnTypeName(i).replace("\"NULL\"", "NULL")));
        }
        List<List<@Nullable Object>> rows = new ArrayList<>();
        CursorRows cursor = new CursorRows(result, types);
        while (cursor.next()) {
            List<@Nullable Object> row = new ArrayList<>();
            for (int i = 0; i < types.size(); i++) {
                row.add(cursor.value(i));
            }
            rows.add(row);
            if (rows.size() > mostRows) {
                return Optional.empty();
            }
        }
        return Optional.of(new Rows(types.stream().map(SqlType::toString).toList(), rows));
    }

    /** For statements that leave the order open. */
    Rows sorted() {
        List<List<@Nullable Object>> sorted = new ArrayList<>(rows);
        Collections.sort(sorted, Comparator.comparing(List::toString));
        return new Rows(types, sorted);
    }

    /**
     * For literals: Calcite and DuckDB count the digits of a decimal otherwise, and beside a SMALLINT the literal 1 is an
     * INTEGER to the one and a SMALLINT to the other. The values are the same.
     */
    Rows withoutWidths() {
        return new Rows(
                types.stream()
                        .map(type -> type.replaceFirst("DECIMAL\\(\\d+,", "DECIMAL(*,")
                                .replaceFirst("^(TINYINT|SMALLINT)", "INTEGER"))
                        .toList(),
                rows);
    }
}
