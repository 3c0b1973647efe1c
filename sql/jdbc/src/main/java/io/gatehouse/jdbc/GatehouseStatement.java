package io.gatehouse.jdbc;

import static io.gatehouse.jdbc.SqlErrors.unsupported;

import io.gatehouse.client.Query;
import io.gatehouse.client.Rows;
import io.gatehouse.client.Session;
import io.gatehouse.error.GatehouseException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Runs statements one after another. Used by one thread, except for {@link #cancel()} and {@link #close()}. */
class GatehouseStatement implements Statement, SelfWrapper {
    static final Set<Integer> GENERATED_KEYS = Set.of(RETURN_GENERATED_KEYS, NO_GENERATED_KEYS);

    private final GatehouseConnection connection;
    /** Held until a statement has its first row, so that closing can wait for that. */
    private final ReentrantLock starting = new ReentrantLock();

    private static final Set<Integer> RESULTS_THEN =
            Set.of(CLOSE_CURRENT_RESULT, KEEP_CURRENT_RESULT, CLOSE_ALL_RESULTS);

    private volatile @Nullable Rows running;
    private @Nullable RowsResultSet result;
    private int timeoutSeconds;
    private long maxRows;
    private int fetchSize;
    private boolean closeOnCompletion;
    private boolean poolable;
    private volatile boolean closed;

    GatehouseStatement(GatehouseConnection connection) {
        this.connection = connection;
    }

    /** Throws once the statement is closed. */
    final void checkOpen() throws SQLException {
        if (closed) {
            throw SqlErrors.closed("statement");
        }
    }

    final Session session() throws SQLException {
        checkOpen();
        return connection.session();
    }

    final ResultSet run(String sql, List<@Nullable Object> parameters) throws SQLException {
        starting.lock();
        try {
            return started(sql, parameters);
        } finally {
            starting.unlock();
        }
    }

    private ResultSet started(String sql, List<@Nullable Object> parameters) throws SQLException {
        Session session = session();
        Arguments.present(sql, "statement");
        closeResult();
        Optional<Duration> timeout =
                timeoutSeconds == 0 ? connection.defaultTimeout() : Optional.of(Duration.ofSeconds(timeoutSeconds));
        Rows rows = session.query(new Query(sql, parameters, timeout, maxRows));
        running = rows;
        try {
            // Closing first sets the flag and then cancels what runs, so one of the two is seen here.
            checkOpen();
            rows.start();
            RowsResultSet opened = new RowsResultSet(rows, this);
            result = opened;
            return opened;
        } catch (GatehouseException e) {
            abandon(rows, e);
            throw SqlErrors.of(e);
        } catch (SQLException | RuntimeException e) {
            abandon(rows, e);
            throw e;
        }
    }

    private void abandon(Rows rows, Exception reason) {
        running = null;
        try {
            rows.close();
        } catch (GatehouseException second) {
            reason.addSuppressed(second);
        }
    }

    @Override
    public ResultSet executeQuery(String sql) throws SQLException {
        return run(sql, List.of());
    }

    @Override
    public boolean execute(String sql) throws SQLException {
        run(sql, List.of());
        return true;
    }

    @Override
    public @Nullable ResultSet getResultSet() throws SQLException {
        checkOpen();
        return result;
    }

    @Override
    public boolean getMoreResults() throws SQLException {
        checkOpen();
        closeResult();
        return false;
    }

    @Override
    public boolean getMoreResults(int current) throws SQLException {
        checkOpen();
        Arguments.known(RESULTS_THEN, current, "choice of what becomes of the result");
        return getMoreResults();
    }

    @Override
    public void cancel() throws SQLException {
        checkOpen();
        cancelRunning();
    }

    private void cancelRunning() throws SQLException {
        Rows rows = running;
        if (rows != null) {
            SqlErrors.run(rows::cancel);
        }
    }

    private void closeResult() throws SQLException {
        RowsResultSet open = result;
        result = null;
        if (open != null) {
            open.close();
        }
    }

    /** Called when a result was closed. */
    final void resultClosed() throws SQLException {
        running = null;
        if (closeOnCompletion && !closed && result != null) {
            result = null;
            close();
        }
    }

    /** Prevents further statements, and stops the running one. */
    final void stop() throws SQLException {
        closed = true;
        if (starting.isLocked() && !starting.isHeldByCurrentThread()) {
            cancelRunning();
        }
    }

    /** Stops what another thread is running, and waits for its end, after which nothing uses the connection. */
    @Override
    public void close() throws SQLException {
        try {
            stop();
        } finally {
            starting.lock();
            try {
                connection.statementClosed(this);
                closeResult();
            } finally {
                starting.unlock();
            }
        }
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void closeOnCompletion() throws SQLException {
        checkOpen();
        closeOnCompletion = true;
    }

    @Override
    public boolean isCloseOnCompletion() throws SQLException {
        checkOpen();
        return closeOnCompletion;
    }

    @Override
    public int getQueryTimeout() throws SQLException {
        checkOpen();
        return timeoutSeconds;
    }

    @Override
    public void setQueryTimeout(int seconds) throws SQLException {
        checkOpen();
        timeoutSeconds = Arguments.notNegative(seconds, "timeout");
    }

    @Override
    public int getMaxRows() throws SQLException {
        checkOpen();
        return (int) Math.min(maxRows, Integer.MAX_VALUE);
    }

    @Override
    public void setMaxRows(int rows) throws SQLException {
        setLargeMaxRows(rows);
    }

    @Override
    public long getLargeMaxRows() throws SQLException {
        checkOpen();
        return maxRows;
    }

    @Override
    public void setLargeMaxRows(long rows) throws SQLException {
        checkOpen();
        maxRows = Arguments.notNegative(rows, "number of rows");
    }

    /** A hint; rows come in batches of the engine's size. */
    @Override
    public void setFetchSize(int rows) throws SQLException {
        checkOpen();
        fetchSize = Arguments.notNegative(rows, "fetch size");
    }

    @Override
    public int getFetchSize() throws SQLException {
        checkOpen();
        return fetchSize;
    }

    @Override
    public Connection getConnection() throws SQLException {
        checkOpen();
        return connection;
    }

    @Override
    public void setPoolable(boolean poolable) throws SQLException {
        checkOpen();
        this.poolable = poolable;
    }

    @Override
    public boolean isPoolable() throws SQLException {
        checkOpen();
        return poolable;
    }

    // What is the same for every statement, which only reads forward

    @Override
    public int getUpdateCount() throws SQLException {
        checkOpen();
        return -1;
    }

    @Override
    public long getLargeUpdateCount() throws SQLException {
        return getUpdateCount();
    }

    @Override
    public void setFetchDirection(int direction) throws SQLException {
        checkOpen();
        if (direction != ResultSet.FETCH_FORWARD) {
            throw SqlErrors.unsupported("Fetching in another direction than forward");
        }
    }

    @Override
    public int getFetchDirection() throws SQLException {
        checkOpen();
        return ResultSet.FETCH_FORWARD;
    }

    /** Values are never cut. */
    @Override
    public void setMaxFieldSize(int bytes) throws SQLException {
        checkOpen();
        Arguments.notNegative(bytes, "field size");
    }

    @Override
    public int getMaxFieldSize() throws SQLException {
        checkOpen();
        return 0;
    }

    /** The grammar reads escapes such as {@code {d '2026-01-01'}} itself. */
    @Override
    public void setEscapeProcessing(boolean enable) throws SQLException {
        checkOpen();
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        checkOpen();
        return null;
    }

    @Override
    public void clearWarnings() throws SQLException {
        checkOpen();
    }

    @Override
    public void setCursorName(String name) throws SQLException {
        checkOpen();
        throw SqlErrors.unsupported("A named cursor");
    }

    @Override
    public int getResultSetType() throws SQLException {
        checkOpen();
        return ResultSet.TYPE_FORWARD_ONLY;
    }

    @Override
    public int getResultSetConcurrency() throws SQLException {
        checkOpen();
        return ResultSet.CONCUR_READ_ONLY;
    }

    @Override
    public int getResultSetHoldability() throws SQLException {
        checkOpen();
        return ResultSet.HOLD_CURSORS_OVER_COMMIT;
    }

    @Override
    public int executeUpdate(String sql) throws SQLException {
        checkOpen();
        throw SqlErrors.readOnly("An update");
    }

    @Override
    public boolean execute(String sql, int keys) throws SQLException {
        Arguments.known(GENERATED_KEYS, keys, "choice of generated keys");
        return execute(sql);
    }

    @Override
    public boolean execute(String sql, int[] keys) throws SQLException {
        return execute(sql);
    }

    @Override
    public boolean execute(String sql, String[] keys) throws SQLException {
        return execute(sql);
    }

    @Override
    public ResultSet getGeneratedKeys() throws SQLException {
        checkOpen();
        return ListRows.resultSet(List.of(), List.of());
    }

    @Override
    public void addBatch(String sql) throws SQLException {
        checkOpen();
        throw SqlErrors.unsupported("A batch of statements");
    }

    @Override
    public void clearBatch() throws SQLException {
        checkOpen();
    }

    @Override
    public int[] executeBatch() throws SQLException {
        checkOpen();
        throw SqlErrors.unsupported("A batch of statements");
    }

    @Override
    public String enquoteLiteral(String text) throws SQLException {
        checkOpen();
        return Statement.super.enquoteLiteral(Arguments.present(text, "text"));
    }

    @Override
    public String enquoteNCharLiteral(String text) throws SQLException {
        return enquoteLiteral(text);
    }

    @Override
    public String enquoteIdentifier(String name, boolean always) throws SQLException {
        checkOpen();
        return Statement.super.enquoteIdentifier(Arguments.present(name, "name"), always);
    }

    @Override
    public boolean isSimpleIdentifier(String name) throws SQLException {
        checkOpen();
        return Statement.super.isSimpleIdentifier(Arguments.present(name, "name"));
    }

    // spotless:off

    // Nothing is written, whatever way of writing is chosen.
    @Override public int executeUpdate(String sql, int keys) throws SQLException { return executeUpdate(sql); }
    @Override public int executeUpdate(String sql, int[] keys) throws SQLException { return executeUpdate(sql); }
    @Override public int executeUpdate(String sql, String[] keys) throws SQLException { return executeUpdate(sql); }
    @Override public long executeLargeUpdate(String sql) throws SQLException { return executeUpdate(sql); }
    @Override public long executeLargeUpdate(String sql, int keys) throws SQLException { return executeUpdate(sql); }
    @Override public long executeLargeUpdate(String sql, int[] keys) throws SQLException { return executeUpdate(sql); }
    @Override public long executeLargeUpdate(String sql, String[] keys) throws SQLException { return executeUpdate(sql); }
    @Override public long[] executeLargeBatch() throws SQLException { throw unsupported("A batch of statements"); }
    // spotless:on
}
