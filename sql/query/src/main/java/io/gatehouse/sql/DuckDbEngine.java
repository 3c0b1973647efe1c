package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.DaemonThreads;
import io.gatehouse.sql.deadline.Deadline;
import io.gatehouse.sql.decision.ByteCacheFunction;
import io.gatehouse.sql.decision.CacheFunction;
import io.gatehouse.sql.decision.CalibrationFunction;
import io.gatehouse.sql.decision.DecisionReads;
import io.gatehouse.sql.decision.FunctionCalls;
import io.gatehouse.sql.decision.FunctionReads;
import io.gatehouse.sql.decision.MergeFunction;
import io.gatehouse.sql.decision.PlacementFunction;
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
                            new MergeFunction(calls).function(),
                            new PlacementFunction(calls).function(),
                            new CalibrationFunction(calls, decisions).function()));
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
        Optional<StatementCache.Entry> before = cache.find(plan);
        boolean direct = before.filter(ran -> runsDirectly(plan, values, ran)).isPresent();
        RunningStatement statement = direct
                ? RunningStatement.direct(
                        readers, plan.withValues(values).limitedTo(maxRows), deadline, watchdog, reads)
                : RunningStatement.prepare(readers, plan.limitedTo(maxRows), deadline, watchdog, reads);
        try {
            if (!direct) {
                statement.bind(values);
            }
            statement.know(
                    before.orElseGet(() -> cache.keep(plan, statement.columnTypes())),
                    plan.preface().isEmpty());
            return statement;
        } catch (RuntimeException failure) {
            statement.close();
            throw failure;
        }
    }

    /**
     * Whether a statement that was prepared before need not be prepared, with the values of its parameters written into
     * it. DuckDB's driver offers chunks, in which many texts are read faster, for prepared statements only; texts of one
     * with parameters may be longer with other values, and are measured in chunks.
     */
    private static boolean runsDirectly(Plan plan, List<@Nullable Object> values, StatementCache.Entry ran) {
        List<SqlType> types = ran.columnTypes();
        if (plan.parameters().isEmpty()) {
            return ran.hasFewRows() || !ChunkRows.suit(types);
        }
        return types.stream().noneMatch(RunningStatement::isLong)
                && !types.contains(Execution.UNKNOWN)
                && ParameterValues.canBeWritten(values);
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
