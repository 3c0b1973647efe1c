package io.gatehouse.sql;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.sql.deadline.Deadline;
import io.gatehouse.sql.decision.FunctionReads;
import io.gatehouse.testing.store.RoutingFile;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBScalarFunctionBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Of a streaming statement that fails before its first rows DuckDB's driver does not say why. Where it lacked memory that
 * others held, it does not fail when it is asked again.
 */
final class TestPassingFailures {
    private final ScheduledExecutorService watchdog = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger calls = new AtomicInteger();
    private String message = "call %d fails";
    private RoutingFile file;

    @BeforeEach
    void open() throws Exception {
        file = RoutingFile.filled();
    }

    @AfterEach
    void close() throws Exception {
        watchdog.shutdownNow();
        file.close();
    }

    @Test
    void aStatementThatFailedOnceIsRunAgain() throws Exception {
        register(call -> call == 1);
        try (RunningStatement statement = statement()) {
            ExecutedRows rows = statement.rows(ResultMemory.unlimited().ofRows());
            assertThat(rows.next()).isTrue();
            assertThat(rows.value(0)).isEqualTo(7L);
        }
        // It failed, was asked why, and was run.
        assertThat(calls).hasValue(3);
    }

    @Test
    void aStatementThatFailsAgainAndAgainIsRefused() throws Exception {
        register(call -> call % 2 == 1);
        try (RunningStatement statement = statement()) {
            assertRefused(
                    () -> statement.rows(ResultMemory.unlimited().ofRows()),
                    ErrorCode.OUT_OF_MEMORY,
                    "cannot begin beside others");
        }
    }

    @Test
    void aStatementThatFailsOverItsDictionariesIsRunAgainWithoutCollecting() throws Exception {
        assertRunAgainOnce("changed identity after being seeded for dictionary caching", "enable_caching_operators");
    }

    @Test
    void aStatementThatFailsWithinDuckDbIsRunAgainWithoutItsOptimizer() throws Exception {
        assertRunAgainOnce("INTERNAL Error: a rule loses a column", "enable_optimizer");
    }

    /** It fails, is asked why, and runs with a setting of its connection off; where it fails again, it is refused. */
    private void assertRunAgainOnce(String failure, String setting) throws Exception {
        message = failure;
        AtomicInteger failing = new AtomicInteger(2);
        register(call -> call <= failing.get());
        try (RunningStatement statement = statement("current_setting('%s')::BIGINT".formatted(setting))) {
            ExecutedRows rows = statement.rows(ResultMemory.unlimited().ofRows());
            assertThat(rows.next()).isTrue();
            assertThat(rows.value(1)).isEqualTo(0L);
        }
        assertThat(calls).hasValue(3);
        failing.set(Integer.MAX_VALUE);
        calls.set(0);
        try (RunningStatement statement = statement("0")) {
            assertRefused(() -> statement.rows(ResultMemory.unlimited().ofRows()), ErrorCode.SQL_EXECUTION, failure);
        }
        assertThat(calls).hasValue(4);
    }

    @Test
    void aStatementThatIsCancelledIsNotRunAgain() throws Exception {
        message = "changed identity after being seeded for dictionary caching";
        List<Runnable> cancels = new CopyOnWriteArrayList<>();
        register(call -> {
            cancels.forEach(Runnable::run);
            return true;
        });
        try (RunningStatement statement = statement("0")) {
            cancels.add(statement::cancel);
            assertRefused(
                    () -> statement.rows(ResultMemory.unlimited().ofRows()), ErrorCode.CANCELLED_BY_USER, "cancelled");
        }
        assertThat(calls).hasValue(1);
    }

    @Test
    void aStatementThatAlwaysFailsSaysWhy() throws Exception {
        register(call -> true);
        try (RunningStatement statement = statement()) {
            assertRefused(
                    () -> statement.rows(ResultMemory.unlimited().ofRows()), ErrorCode.SQL_EXECUTION, "call 2 fails");
        }
    }

    private RunningStatement statement() {
        return statement("0");
    }

    /** A statement whose first column fails, and whose second one is the expression. */
    private RunningStatement statement(String expression) {
        return RunningStatement.prepare(
                file::reader,
                "SELECT fails(7::BIGINT + random()::BIGINT * 0), %s".formatted(expression),
                Deadline.in(Duration.ofMinutes(1)),
                watchdog,
                new FunctionReads());
    }

    private void register(IntPredicate fails) throws Exception {
        try (Connection connection = file.reader();
                DuckDBScalarFunctionBuilder builder = DuckDBFunctions.scalarFunction()) {
            var unused = builder.withName("fails")
                    .withParameters(DuckDBColumnType.BIGINT)
                    .withReturnType(DuckDBColumnType.BIGINT)
                    .withVectorizedFunction((rows, result) -> {
                        int call = calls.incrementAndGet();
                        if (fails.test(call)) {
                            throw new IllegalStateException(message.formatted(call));
                        }
                        for (int row = 0; row < rows.rowCount(); row++) {
                            result.setLong(row, 7);
                        }
                    })
                    .register(connection);
        }
    }
}
