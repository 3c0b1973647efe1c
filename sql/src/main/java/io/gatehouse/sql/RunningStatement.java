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
import java.util.OptionalDouble;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBPreparedStatement;
import org.jspecify.annotations.Nullable;

/**
 * One statement on a connection of its own, inside a read-only transaction, with a deadline: prepared, or run as it is
 * where nothing need be known of it. It is stopped by interrupting DuckDB, again and again until it has ended: an
 * interrupt that comes before DuckDB has begun is lost. Who reads what it gave holds its monitor meanwhile and asks
 * {@link #checkCancelled()} in there: rows lie in memory that closing gives back, whichever thread closes.
 */
final class RunningStatement implements AutoCloseable {
    private static final long LOOK_EVERY_MILLIS = 50;

    private enum Stop {
        NONE,
        TIMEOUT,
        CANCEL,
        CLOSE
    }

    /** What runs a statement of DuckDB's driver. */
    private interface Run<R> {
        R of(DuckDBPreparedStatement statement) throws SQLException;
    }

    private final Connection connection;
    private final DuckDBPreparedStatement statement;
    private final String sql;
    private final boolean prepared;
    private final Deadline deadline;
    private final ScheduledExecutorService watchdog;
    private volatile Stop stop = Stop.NONE;
    private volatile boolean busy;
    private boolean closed;

    private RunningStatement(
            Connection connection, String sql, boolean prepared, Deadline deadline, ScheduledExecutorService watchdog)
            throws SQLException {
        this.connection = connection;
        this.sql = sql;
        this.prepared = prepared;
        this.deadline = deadline;
        this.watchdog = watchdog;
        execute(connection, "BEGIN TRANSACTION READ ONLY");
        Statement opened = prepared ? connection.prepareStatement(sql) : connection.createStatement();
        this.statement = opened.unwrap(DuckDBPreparedStatement.class);
    }

    /** One that is prepared: what is wrong with it is found now, and its columns and parameters are known. */
    static RunningStatement prepare(
            ReaderSource readers, String sql, Deadline deadline, ScheduledExecutorService watchdog) {
        return open(readers, sql, true, deadline, watchdog);
    }

    /** One that is run as it is, for a statement that was prepared before. */
    static RunningStatement direct(
            ReaderSource readers, String sql, Deadline deadline, ScheduledExecutorService watchdog) {
        return open(readers, sql, false, deadline, watchdog);
    }

    private static RunningStatement open(
            ReaderSource readers, String sql, boolean prepared, Deadline deadline, ScheduledExecutorService watchdog) {
        Connection connection = null;
        try {
            connection = readers.open();
            return new RunningStatement(connection, sql, prepared, deadline, watchdog);
        } catch (SQLException e) {
            GatehouseException failure = DuckDbErrors.translate(e);
            closeAfter(failure, connection);
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

    /** Gives {@code $1}, {@code $2} and so on their values. */
    void bind(List<@Nullable Object> values) {
        try {
            for (int i = 0; i < values.size(); i++) {
                statement.setObject(i + 1, values.get(i));
            }
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

    boolean isPrepared() {
        return prepared;
    }

    /** Runs the statement to its end. */
    ResultSet execute() {
        return run(duckDb -> prepared ? duckDb.executeQuery() : duckDb.executeQuery(sql));
    }

    /** Runs a prepared statement to its end. */
    DuckDBChunkedResult executeChunked() {
        return run(DuckDBPreparedStatement::query);
    }

    private <R> R run(Run<R> execution) {
        checkStopped();
        ScheduledFuture<?> guard = watchdog.scheduleWithFixedDelay(
                this::interruptIfDue, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
        busy = true;
        try {
            statement.setQueryTimeout(wholeSeconds(deadline.span()));
            return execution.of(statement);
        } catch (SQLException e) {
            throw failure(e);
        } finally {
            busy = false;
            guard.cancel(false);
        }
    }

    /** How much of the statement DuckDB has done, 0 to 1; empty as long as it cannot say. */
    OptionalDouble progress() {
        if (!busy) {
            return OptionalDouble.empty();
        }
        try {
            double percentage = statement.getQueryProgress().getPercentage();
            return percentage < 0 ? OptionalDouble.empty() : OptionalDouble.of(Math.min(1, percentage / 100));
        } catch (SQLException e) {
            // The statement has just been closed.
            return OptionalDouble.empty();
        }
    }

    private void interruptIfDue() {
        if (stop == Stop.NONE && deadline.passed()) {
            stop = Stop.TIMEOUT;
        }
        if (stop != Stop.NONE && busy) {
            interrupt();
        }
    }

    void cancel() {
        stop = Stop.CANCEL;
        if (busy) {
            interrupt();
        }
    }

    private void interrupt() {
        try {
            statement.cancel();
        } catch (SQLException e) {
            // The statement has just been closed: there is nothing left to interrupt.
            return;
        }
    }

    /** Throws if the statement was cancelled or its time is over. */
    void checkStopped() {
        if (stop == Stop.NONE && deadline.passed()) {
            stop = Stop.TIMEOUT;
        }
        if (stop != Stop.NONE) {
            throw stopped(null);
        }
    }

    /** Throws if the statement was cancelled or closed, or seen to be late. */
    void checkCancelled() {
        if (stop != Stop.NONE) {
            throw stopped(null);
        }
    }

    GatehouseException failure(SQLException e) {
        return stop == Stop.NONE ? DuckDbErrors.translate(e) : stopped(e);
    }

    private GatehouseException stopped(@Nullable SQLException cause) {
        GatehouseException failure = switch (stop) {
            case TIMEOUT ->
                new GatehouseException(
                        ErrorCode.QUERY_TIMEOUT, "The query ran longer than its limit of %s.".formatted(deadline));
            case CLOSE ->
                new GatehouseException(
                        ErrorCode.CANCELLED_BY_USER, "The result was closed before its last row was read.");
            case NONE, CANCEL -> new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The query was cancelled.");
        };
        if (cause != null) {
            failure.addSuppressed(cause);
        }
        return failure;
    }

    /** The driver's own timeout, in whole seconds, is the second guard. */
    private static int wholeSeconds(Duration span) {
        return (int) Math.min(Integer.MAX_VALUE / 2000, span.toSeconds() + 1);
    }

    /**
     * Ends the transaction and gives the connection back; stops the statement if another thread is running it. A thread
     * that goes on reading gets an error: the rows that it has are not all.
     */
    @Override
    public void close() {
        if (stop == Stop.NONE) {
            stop = Stop.CLOSE;
        }
        if (busy) {
            interrupt();
        }
        synchronized (this) {
            if (!closed) {
                closed = true;
                giveBack();
            }
        }
    }

    private void giveBack() {
        try (connection) {
            statement.close();
            execute(connection, "ROLLBACK");
        } catch (SQLException e) {
            throw DuckDbErrors.translate(e);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void closeAfter(GatehouseException failure, @Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                failure.addSuppressed(e);
            }
        }
    }
}
