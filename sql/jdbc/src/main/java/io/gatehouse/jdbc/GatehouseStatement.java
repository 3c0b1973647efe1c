package io.gatehouse.jdbc;

import io.gatehouse.client.Query;
import io.gatehouse.client.Rows;
import io.gatehouse.client.Session;
import io.gatehouse.error.GatehouseException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Runs statements one after another. Used by one thread, except for {@link #cancel()} and {@link #close()}. */
class GatehouseStatement extends QueryOnlyStatement {
    private final GatehouseConnection connection;
    /** Held while a statement is brought to its first row, so that closing can wait for the end of that. */
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

    @Override
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
            // Whoever closes says so first and then cancels what runs, so that one of the two is seen here.
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

    /** What a result says when it was closed, by whomever. */
    final void resultClosed() throws SQLException {
        running = null;
        if (closeOnCompletion && !closed && result != null) {
            result = null;
            close();
        }
    }

    /** Lets nothing more start, and stops what is running. */
    final void stop() throws SQLException {
        closed = true;
        if (starting.isLocked() && !starting.isHeldByCurrentThread()) {
            cancelRunning();
        }
    }

    /** Stops what another thread is running, and waits for its end: nothing may use the connection any more. */
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
}
