package io.gatehouse.bench.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.QueryLimits;
import io.gatehouse.sql.QueryResult;
import io.gatehouse.store.Store;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the same aggregates three ways, in turns: DuckDB by itself, the engine without rollups, and the engine. All rows
 * are read; all three must give the same.
 */
public final class SqlBench implements AutoCloseable {
    private static final QueryLimits LIMITS = new QueryLimits(Duration.ofMinutes(10), 0);

    /**
     * What one query took; of several rounds the median.
     *
     * @param duckDb DuckDB by itself, on the facts
     * @param facts the engine without rollups
     * @param rollups the engine as it is, its plan kept
     */
    public record Measured(String query, Duration duckDb, Duration facts, Duration rollups) {
        /** How many times faster the engine is than DuckDB by itself. */
        public double timesFaster() {
            return (double) duckDb.toNanos() / rollups.toNanos();
        }

        /** How many times longer than DuckDB by itself the engine needs without rollups. */
        public double overhead() {
            return (double) facts.toNanos() / duckDb.toNanos();
        }
    }

    private interface Step {
        void run() throws SQLException;
    }

    private final Store store;
    private final QueryEngine engine;
    private final QueryEngine overFacts;
    private final int rounds;

    public SqlBench(Store store, int rounds) {
        this.store = requireNonNull(store, "store is null");
        if (rounds < 1) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "The number of rounds must be positive, not %d".formatted(rounds));
        }
        this.rounds = rounds;
        this.engine = new QueryEngine(store);
        this.overFacts = QueryEngine.withoutRollups(store::reader);
    }

    public List<Measured> run() {
        return NamedStatement.all("sql/queries.sql").stream().map(this::measure).toList();
    }

    private Measured measure(NamedStatement statement) {
        String sql = statement.sql();
        List<Duration> duckDb = new ArrayList<>();
        List<Duration> facts = new ArrayList<>();
        List<Duration> rollups = new ArrayList<>();
        checkEqual(statement);
        for (int round = 0; round < rounds; round++) {
            duckDb.add(timed(() -> readByDuckDb(sql, ignored -> {})));
            facts.add(timed(() -> read(overFacts, sql, ignored -> {})));
            rollups.add(timed(() -> read(engine, sql, ignored -> {})));
        }
        return new Measured(statement.name(), Median.of(duckDb), Median.of(facts), Median.of(rollups));
    }

    private void checkEqual(NamedStatement statement) {
        String sql = statement.sql();
        try {
            List<String> expected = byDuckDb(sql);
            if (!by(engine, sql).equals(expected) || !by(overFacts, sql).equals(expected)) {
                throw new GatehouseException(
                        ErrorCode.INTERNAL_ERROR,
                        "The rows of \"%s\" are not those of DuckDB".formatted(statement.name()));
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private static List<String> by(QueryEngine engine, String sql) {
        List<String> rows = new ArrayList<>();
        read(engine, sql, row -> rows.add(Arrays.toString(row)));
        return rows.stream().sorted().toList();
    }

    private static void read(QueryEngine engine, String sql, Consumer<@Nullable Object[]> rows) {
        try (QueryResult result = engine.query(sql, LIMITS)) {
            @Nullable Object[] row = new @Nullable Object[result.columns().size()];
            while (result.next()) {
                for (int column = 0; column < row.length; column++) {
                    row[column] = result.value(column);
                }
                rows.accept(row);
            }
        }
    }

    private List<String> byDuckDb(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        readByDuckDb(sql, row -> rows.add(Arrays.toString(row)));
        return rows.stream().sorted().toList();
    }

    private void readByDuckDb(String sql, Consumer<@Nullable Object[]> rows) throws SQLException {
        try (Connection connection = store.reader();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            @Nullable Object[] row = new @Nullable Object[result.getMetaData().getColumnCount()];
            while (result.next()) {
                for (int column = 0; column < row.length; column++) {
                    row[column] = result.getObject(column + 1);
                }
                rows.accept(row);
            }
        }
    }

    private static Duration timed(Step step) {
        try {
            long start = System.nanoTime();
            step.run();
            return Duration.ofNanos(System.nanoTime() - start);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private static GatehouseException failed(SQLException e) {
        return new GatehouseException(ErrorCode.INTERNAL_ERROR, "DuckDB failed: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        engine.close();
        overFacts.close();
    }
}
