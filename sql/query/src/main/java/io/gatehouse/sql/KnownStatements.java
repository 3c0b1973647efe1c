package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.plan.Plan;
import io.gatehouse.type.SqlType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of the statements that ran last, of one catalog. DuckDB plans a statement anew when it runs after it was
 * prepared; who knows its columns need not prepare it, which takes half of the time of a small one.
 */
final class KnownStatements {
    private static final int MAX_STATEMENTS = 500;
    private static final int MAX_LENGTH = 50_000;

    /** What is known of one. */
    static final class Known {
        private final List<SqlType> columnTypes;
        private volatile long rows;

        private Known(List<SqlType> columnTypes) {
            this.columnTypes = List.copyOf(columnTypes);
        }

        /** The types of its columns. */
        List<SqlType> columnTypes() {
            return columnTypes;
        }

        /** How many rows it gave when it last ran, as far as they were read. */
        long rows() {
            return rows;
        }

        void gave(long count) {
            rows = Math.max(rows, count);
        }
    }

    private final Map<String, Known> statements = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > MAX_STATEMENTS;
        }
    };

    synchronized Optional<Known> find(Plan plan) {
        return Optional.ofNullable(statements.get(plan.sql()));
    }

    /** Keeps the columns of a statement, unless it is too long to be kept. */
    synchronized Known keep(Plan plan, List<SqlType> columnTypes) {
        Known known = new Known(requireNonNull(columnTypes, "columnTypes is null"));
        if (plan.sql().length() <= MAX_LENGTH) {
            statements.put(plan.sql(), known);
        }
        return known;
    }
}
