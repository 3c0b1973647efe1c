package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.plan.Plan;
import io.gatehouse.sql.write.EngineSql;
import io.gatehouse.type.SqlType;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** DuckDB in this process: each statement in a read-only transaction of its own. */
final class DuckDbEngine implements ExecutionEngine {
    private static final int MANY_ROWS = 4_096;

    private final ReaderSource readers;
    private final ScheduledExecutorService watchdog =
            Executors.newSingleThreadScheduledExecutor(DuckDbEngine::watchdogThread);
    private final KnownStatements known = new KnownStatements();

    DuckDbEngine(ReaderSource readers) {
        this.readers = requireNonNull(readers, "readers is null");
        try (Connection connection = readers.open()) {
            WorkFunctions.register(connection);
        } catch (SQLException e) {
            throw DuckDbErrors.translate(e);
        }
    }

    @Override
    public EngineSql sql() {
        return EngineSql.DUCKDB;
    }

    @Override
    public Execution prepare(Plan plan, List<@Nullable Object> values, long maxRows, Deadline deadline) {
        if (!plan.holdsAllParameters()) {
            return prepare(plan.withValues(values), List.of(), maxRows, deadline);
        }
        String limited = plan.limitedTo(maxRows);
        Optional<KnownStatements.Known> before = known.find(plan);
        RunningStatement statement =
                before.filter(ran -> runsDirectly(plan, ran)).isPresent()
                        ? RunningStatement.direct(readers, limited, deadline, watchdog)
                        : RunningStatement.prepare(readers, limited, deadline, watchdog);
        try {
            statement.bind(values);
            statement.know(
                    before.orElseGet(() -> known.keep(plan, statement.columnTypes())),
                    plan.preface().isEmpty());
            return statement;
        } catch (RuntimeException failure) {
            statement.close();
            throw failure;
        }
    }

    /** Many rows with texts are read as chunks, which DuckDB's driver has of prepared statements only. */
    private static boolean runsDirectly(Plan plan, KnownStatements.Known ran) {
        return plan.parameters().isEmpty() && (ran.rows() < MANY_ROWS || !ChunkRows.suit(ran.columnTypes()));
    }

    @Override
    public List<SqlType> columnTypes(Plan plan, Deadline deadline) {
        if (!plan.holdsAllParameters()) {
            return columnTypes(plan.withValues(ParameterValues.samples(plan.parameters())), deadline);
        }
        try (RunningStatement statement = RunningStatement.prepare(readers, plan.sql(), deadline, watchdog)) {
            return statement.columnTypes();
        }
    }

    private static Thread watchdogThread(Runnable work) {
        Thread thread = new Thread(work, "gatehouse-query-watchdog");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public boolean isLocal() {
        return true;
    }

    @Override
    public void close() {
        watchdog.shutdownNow();
    }
}
