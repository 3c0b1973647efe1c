package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.DaemonThreads;
import io.gatehouse.sql.deadline.Deadline;
import io.gatehouse.sql.decision.ByteCacheFunction;
import io.gatehouse.sql.decision.CacheFunction;
import io.gatehouse.sql.decision.DecisionReads;
import io.gatehouse.sql.decision.FunctionCalls;
import io.gatehouse.sql.decision.FunctionReads;
import io.gatehouse.sql.decision.MergeFunction;
import io.gatehouse.sql.decision.PredictionFunction;
import io.gatehouse.sql.decision.RunningFunction;
import io.gatehouse.sql.decision.StaleGateFunction;
import io.gatehouse.sql.driver.DuckDbErrors;
import io.gatehouse.sql.driver.JavaFunction;
import io.gatehouse.sql.driver.ReaderSource;
import io.gatehouse.sql.driver.WorkFunctions;
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
    private final ReaderSource readers;
    private final ScheduledExecutorService watchdog =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("gatehouse-query-watchdog"));
    private final StatementCache cache = new StatementCache();
    private final FunctionReads reads = new FunctionReads();
    private final StoredTexts texts;

    DuckDbEngine(ReaderSource readers) {
        this.readers = requireNonNull(readers, "readers is null");
        try (Connection connection = readers.open()) {
            DecisionReads decisions = new DecisionReads(readers);
            FunctionCalls calls = new FunctionCalls(reads);
            JavaFunction.register(
                    connection,
                    List.of(
                            WorkFunctions.check(),
                            WorkFunctions.pattern(),
                            new RunningFunction(reads).function(),
                            new CacheFunction(calls, decisions).function(),
                            new ByteCacheFunction(calls, decisions).function(),
                            new PredictionFunction(calls, decisions).function(),
                            new StaleGateFunction(calls, decisions).function(),
                            new MergeFunction(calls).function()));
        } catch (SQLException e) {
            throw DuckDbErrors.translate(e);
        }
        this.texts = new StoredTexts(readers);
    }

    @Override
    public EngineSql sql() {
        return EngineSql.duckDb(texts);
    }

    @Override
    public Execution prepare(Plan plan, List<@Nullable Object> values, long maxRows, Deadline deadline) {
        if (!plan.holdsAllParameters()) {
            return prepare(plan.withValues(values), List.of(), maxRows, deadline);
        }
        String limited = plan.limitedTo(maxRows);
        Optional<StatementCache.Entry> before = cache.find(plan);
        RunningStatement statement =
                before.filter(ran -> runsDirectly(plan, ran)).isPresent()
                        ? RunningStatement.direct(readers, limited, deadline, watchdog, reads)
                        : RunningStatement.prepare(readers, limited, deadline, watchdog, reads);
        try {
            statement.bind(values);
            statement.know(
                    before.orElseGet(() -> cache.keep(plan, statement.columnTypes())),
                    plan.preface().isEmpty());
            return statement;
        } catch (RuntimeException failure) {
            statement.close();
            throw failure;
        }
    }

    /** Results with many texts are read as chunks, which DuckDB's driver offers for prepared statements only. */
    private static boolean runsDirectly(Plan plan, StatementCache.Entry ran) {
        return plan.parameters().isEmpty() && (ran.hasFewRows() || !ChunkRows.suit(ran.columnTypes()));
    }

    @Override
    public List<SqlType> columnTypes(Plan plan, Deadline deadline) {
        if (!plan.holdsAllParameters()) {
            return columnTypes(plan.withValues(ParameterValues.samples(plan.parameters())), deadline);
        }
        try (RunningStatement statement = RunningStatement.prepare(readers, plan.sql(), deadline, watchdog, reads)) {
            return statement.columnTypes();
        }
    }

    @Override
    public boolean isLocal() {
        return true;
    }

    @Override
    public void close() {
        watchdog.shutdownNow();
        texts.close();
    }
}
