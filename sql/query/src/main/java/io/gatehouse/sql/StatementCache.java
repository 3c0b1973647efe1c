package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.LruCache;
import io.gatehouse.sql.plan.Plan;
import io.gatehouse.type.SqlType;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Keeps what is known about the statements that ran last, of one catalog. DuckDB plans a statement again when it runs
 * after it was prepared; if its columns are known it need not be prepared, which saves half of the time of a small one.
 */
final class StatementCache {
    private static final int MAX_STATEMENTS = 500;
    private static final int MAX_LENGTH = 50_000;

    /** The most that the texts of a result take together that the JDBC driver decodes. */
    private static final long SMALL_BYTES = 1L << 20;

    private static final long FEW_ROWS = 4_096;

    private static final String GUARD = "gatehouse_work(";

    /** What makes the result of the same statement another one. */
    private static final Pattern VARIES = Pattern.compile("(?i)random|uuid|now\\(|current|transaction_timestamp");

    /** What is known about a statement. */
    static final class Entry {
        private static final long UNKNOWN = -1;

        private final List<SqlType> columnTypes;
        private final boolean bounded;
        private volatile long rows;
        private volatile long bytes = UNKNOWN;

        private Entry(String sql, List<SqlType> columnTypes) {
            this.columnTypes = List.copyOf(columnTypes);
            this.bounded = !isGuarded(sql) && !VARIES.matcher(sql).find();
        }

        /** The types of its columns. */
        List<SqlType> columnTypes() {
            return columnTypes;
        }

        /** Whether no more than a few rows were read from it so far. */
        boolean hasFewRows() {
            return rows < FEW_ROWS;
        }

        void noteRows(long count) {
            rows = Math.max(rows, count);
        }

        /** @param count of the texts and lists of all rows */
        void noteBytes(long count) {
            bytes = Math.max(bytes, count);
        }

        /**
         * Whether its rows take little memory, all together. One whose texts an aggregate or a client makes never does,
         * as they can be longer the next time.
         */
        boolean isSmall() {
            return bounded && hasFewRows() && bytes != UNKNOWN && bytes < SMALL_BYTES;
        }
    }

    private final LruCache<String, Entry> statements = new LruCache<>(MAX_STATEMENTS);

    /** Whether a statement has guards ({@link io.gatehouse.sql.limits.WorkGuards}): its texts or lists may be long. */
    static boolean isGuarded(String sql) {
        return sql.contains(GUARD);
    }

    Optional<Entry> find(Plan plan) {
        return statements.find(plan.sql());
    }

    /** Keeps the columns of a statement, unless its text is too long. */
    Entry keep(Plan plan, List<SqlType> columnTypes) {
        Entry entry = new Entry(plan.sql(), requireNonNull(columnTypes, "columnTypes is null"));
        if (plan.sql().length() <= MAX_LENGTH) {
            statements.put(plan.sql(), entry);
        }
        return entry;
    }
}
