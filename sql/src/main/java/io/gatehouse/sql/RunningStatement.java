package io.gatehouse.sql;

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
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBPreparedStatement;
import org.duckdb.DuckDBResultSet;
import org.jspecify.annotations.Nullable;

/**
 * One statement on a connection of its own, inside a read-only transaction, with a deadline: prepared, or run as it is
 * where nothing need be known of it. It is stopped by interrupting DuckDB, again and again until it has ended: an
 * interrupt that comes before DuckDB has begun is lost. Who reads what it gave holds its monitor meanwhile and asks
 * {@link Stopping#checkCancelled()} in there: rows lie in memory that closing gives back, whichever thread closes.
 */
final class RunningStatement implements Execution, AutoCloseable {
    private static final long LOOK_EVERY_MILLIS = 50;

    private static final long ROWS_PER_BATCH = 1L << 16;

    /** What runs a statement of DuckDB's driver. */
    private interface Run<R> {
        R of(DuckDBPreparedStatement statement) throws SQLException;
    }

    private final Connection connection;
    private final DuckDBPreparedStatement statement;
    private final String sql;
    private final boolean prepared;
    private final Stopping stopping;
    private final ScheduledExecutorService watchdog;
    private volatile boolean busy;
    private boolean inChunks;
    private KnownStatements.@Nullable Known known;
    private boolean closed;

    private RunningStatement(
            Connection connection, String sql, boolean prepared, Deadline deadline, ScheduledExecutorService watchdog)
            throws SQLException {
        this.connection = connection;
        this.sql = sql;
        this.prepared = prepared;
        this.stopping = new Stopping(deadline);
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

    /**
     * Says what is known of it.
     *
     * @param statement learns how many rows there were
     * @param query whether it is one, whose rows may be read in chunks
     */
    void know(KnownStatements.Known statement, boolean query) {
        known = statement;
        inChunks = query;
    }

    /** DuckDB's names of the types of the columns. */
    @Override
    public List<String> columnTypes() {
        if (known != null) {
            return known.columnTypes();
        }
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

    @Override
    public ExecutedRows rows() {
        List<String> types = columnTypes();
        return prepared && inChunks && ChunkRows.suit(types)
                ? new ChunkRows(run(DuckDBPreparedStatement::query), types)
                : new CursorRows(execute(), types);
    }

    @Override
    public ArrowReader arrow(BufferAllocator allocator) {
        ResultSet rows = execute();
        synchronized (this) {
            stopping.checkCancelled();
            try {
                return (ArrowReader) rows.unwrap(DuckDBResultSet.class).arrowExportStream(allocator, ROWS_PER_BATCH);
            } catch (SQLException e) {
                throw failure(e);
            }
        }
    }

    /** Runs the statement to its end. */
    private ResultSet execute() {
        return run(duckDb -> prepared ? duckDb.executeQuery() : duckDb.executeQuery(sql));
    }

    private <R> R run(Run<R> execution) {
        stopping.checkStopped();
        ScheduledFuture<?> guard = watchdog.scheduleWithFixedDelay(
                this::interruptIfDue, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
        busy = true;
        try {
            statement.setQueryTimeout(wholeSeconds(stopping.deadline().span()));
            return execution.of(statement);
        } catch (SQLException e) {
            throw failure(e);
        } finally {
            busy = false;
            guard.cancel(false);
        }
    }

    @Override
    public Stopping stopping() {
        return stopping;
    }

    @Override
    public OptionalDouble progress() {
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
        if (stopping.isDue() && busy) {
            interrupt();
        }
    }

    @Override
    public void cancel() {
        stopping.cancel();
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

    @Override
    public GatehouseException failure(SQLException e) {
        return stopping.failure(e, DuckDbErrors.translate(e));
    }

    /** The driver's own timeout, in whole seconds, is the second guard. */
    private static int wholeSeconds(Duration span) {
        return (int) Math.min(Integer.MAX_VALUE / 2000, span.toSeconds() + 1);
    }

    @Override
    public void close(long rows) {
        if (known != null) {
            known.gave(rows);
        }
        close();
    }

    /**
     * Ends the transaction and gives the connection back; stops the statement if another thread is running it. A thread
     * that goes on reading gets an error: the rows that it has are not all.
     */
    @Override
    public void close() {
        stopping.close();
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
