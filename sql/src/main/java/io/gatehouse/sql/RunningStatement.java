package io.gatehouse.sql;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One statement on a connection of its own, inside a read-only transaction, with a deadline. It is stopped by
 * interrupting DuckDB, again and again until it has ended: an interrupt that comes before the statement has begun is
 * lost.
 */
final class RunningStatement implements AutoCloseable {
    private static final long INTERRUPT_EVERY_MILLIS = 50;

    private enum Stop {
        NONE,
        TIMEOUT,
        CANCEL
    }

    private final Connection connection;
    private final PreparedStatement statement;
    private final Deadline deadline;
    private final ScheduledExecutorService watchdog;
    private volatile Stop stop = Stop.NONE;
    private volatile boolean executing;

    private RunningStatement(
            Connection connection, PreparedStatement statement, Deadline deadline, ScheduledExecutorService watchdog) {
        this.connection = connection;
        this.statement = statement;
        this.deadline = deadline;
        this.watchdog = watchdog;
    }

    static RunningStatement prepare(
            ReaderSource readers, String sql, Deadline deadline, ScheduledExecutorService watchdog) {
        Connection connection = null;
        try {
            connection = readers.open();
            execute(connection, "BEGIN TRANSACTION READ ONLY");
            PreparedStatement statement = connection.prepareStatement(sql);
            return new RunningStatement(connection, statement, deadline, watchdog);
        } catch (SQLException e) {
            GatehouseException failure = DuckDbErrors.translate(e);
            closeQuietly(connection, failure);
            throw failure;
        }
    }

    /** DuckDB's names of the types of the columns. */
    List<String> columnTypes() {
        try {
            return columnTypes(statement);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    static List<String> columnTypes(PreparedStatement statement) throws SQLException {
        ResultSetMetaData metadata = statement.getMetaData();
        List<String> types = new ArrayList<>();
        for (int column = 1; column <= metadata.getColumnCount(); column++) {
            types.add(metadata.getColumnTypeName(column));
        }
        return types;
    }

    /** Runs the statement to its end. */
    ResultSet execute() {
        long delay = deadline.remaining().toMillis();
        ScheduledFuture<?> guard = watchdog.scheduleWithFixedDelay(
                this::interruptIfDue,
                Math.min(delay, INTERRUPT_EVERY_MILLIS),
                INTERRUPT_EVERY_MILLIS,
                TimeUnit.MILLISECONDS);
        executing = true;
        try {
            checkStopped();
            statement.setQueryTimeout(wholeSeconds(deadline.span()));
            return statement.executeQuery();
        } catch (SQLException e) {
            throw failure(e);
        } finally {
            executing = false;
            guard.cancel(false);
        }
    }

    private void interruptIfDue() {
        if (stop == Stop.NONE && System.nanoTime() - deadline.nanoTime() >= 0) {
            stop = Stop.TIMEOUT;
        }
        if (stop != Stop.NONE && executing) {
            interrupt();
        }
    }

    void cancel() {
        stop = Stop.CANCEL;
        if (executing) {
            interrupt();
        }
    }

    private void interrupt() {
        try {
            statement.cancel();
        } catch (SQLException e) {
            // The statement has just ended; whoever reads it learns why.
            return;
        }
    }

    /** Throws if the statement was cancelled or its time is over. */
    void checkStopped() {
        if (stop == Stop.NONE && System.nanoTime() - deadline.nanoTime() >= 0) {
            stop = Stop.TIMEOUT;
        }
        if (stop != Stop.NONE) {
            throw stopped(null);
        }
    }

    GatehouseException failure(SQLException e) {
        return stop == Stop.NONE ? DuckDbErrors.translate(e) : stopped(e);
    }

    private GatehouseException stopped(@Nullable SQLException cause) {
        GatehouseException failure = stop == Stop.CANCEL
                ? new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The query was cancelled.")
                : new GatehouseException(
                        ErrorCode.QUERY_TIMEOUT,
                        "The query ran longer than its limit of %s.".formatted(seconds(deadline.span())));
        if (cause != null) {
            failure.addSuppressed(cause);
        }
        return failure;
    }

    private static String seconds(Duration span) {
        return "%s s".formatted(Double.toString(span.toMillis() / 1000.0).replaceFirst("\\.0$", ""));
    }

    /** The driver's own timeout, in whole seconds, is the second guard. */
    private static int wholeSeconds(Duration span) {
        return (int) Math.min(Integer.MAX_VALUE / 2000, span.toSeconds() + 1);
    }

    @Override
    public void close() {
        cancelIfExecuting();
        GatehouseException failure = null;
        try {
            statement.close();
            execute(connection, "ROLLBACK");
        } catch (SQLException e) {
            failure = DuckDbErrors.translate(e);
        }
        try {
            connection.close();
        } catch (SQLException e) {
            failure = failure == null ? DuckDbErrors.translate(e) : failure;
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void cancelIfExecuting() {
        if (executing) {
            cancel();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void closeQuietly(@Nullable Connection connection, GatehouseException failure) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                failure.addSuppressed(e);
            }
        }
    }
}
