package io.gatehouse.jdbc;

import io.gatehouse.client.Session;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A connection that can only read. Each statement sees the state of the file at its start; there are no transactions,
 * and to commit or roll back does nothing, since tools do it everywhere.
 */
final class GatehouseConnection extends ReadOnlyConnection {
    private static final Logger LOG = Logger.getLogger("io.gatehouse.jdbc");
    private static final Set<Integer> TYPES =
            Set.of(ResultSet.TYPE_FORWARD_ONLY, ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.TYPE_SCROLL_SENSITIVE);
    private static final Set<Integer> CONCURRENCIES = Set.of(ResultSet.CONCUR_READ_ONLY, ResultSet.CONCUR_UPDATABLE);

    private final Session session;
    private final ConnectionSettings settings;
    private final Set<GatehouseStatement> statements = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile @Nullable SQLWarning warning;
    private boolean autoCommit = true;

    GatehouseConnection(Session session, ConnectionSettings settings) {
        this.session = session;
        this.settings = settings;
    }

    Session session() throws SQLException {
        checkOpen();
        return session;
    }

    ConnectionSettings settings() {
        return settings;
    }

    Optional<Duration> defaultTimeout() {
        return settings.queryTimeout();
    }

    @Override
    void checkOpen() throws SQLException {
        if (closed.get()) {
            throw SqlErrors.closed("connection");
        }
    }

    void statementClosed(GatehouseStatement statement) {
        statements.remove(statement);
    }

    private <T extends GatehouseStatement> T opened(T statement) throws SQLException {
        statements.add(statement);
        // Asked now, so that a statement is either closed with the connection or not opened.
        checkOpen();
        return statement;
    }

    @Override
    public Statement createStatement() throws SQLException {
        return opened(new GatehouseStatement(this));
    }

    @Override
    public Statement createStatement(int type, int concurrency) throws SQLException {
        checkForm(type, concurrency);
        return createStatement();
    }

    @Override
    public Statement createStatement(int type, int concurrency, int holdability) throws SQLException {
        Arguments.known(HOLDABILITIES, holdability, "holdability");
        return createStatement(type, concurrency);
    }

    @Override
    public PreparedStatement prepareStatement(String sql) throws SQLException {
        return opened(new GatehousePreparedStatement(this, Arguments.present(sql, "statement")));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency) throws SQLException {
        checkForm(type, concurrency);
        return prepareStatement(sql);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency, int holdability)
            throws SQLException {
        Arguments.known(HOLDABILITIES, holdability, "holdability");
        return prepareStatement(sql, type, concurrency);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int keys) throws SQLException {
        Arguments.known(QueryOnlyStatement.GENERATED_KEYS, keys, "choice of generated keys");
        return prepareStatement(sql);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int[] keys) throws SQLException {
        return prepareStatement(sql);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, String[] keys) throws SQLException {
        return prepareStatement(sql);
    }

    /**
     * A form of result that cannot be had is a warning, as JDBC wants it, and the plain form is given: some tools, such as
     * LibreOffice Base, ask for rows that can be changed even where they only show them.
     */
    private void checkForm(int type, int concurrency) throws SQLException {
        checkOpen();
        Arguments.known(TYPES, type, "type of result");
        Arguments.known(CONCURRENCIES, concurrency, "concurrency");
        if (type != ResultSet.TYPE_FORWARD_ONLY || concurrency != ResultSet.CONCUR_READ_ONLY) {
            warning = new SQLWarning("Rows are only read forward here, not scrolled through or changed.", "01000");
        }
    }

    @Override
    public void setAutoCommit(boolean autoCommit) throws SQLException {
        checkOpen();
        this.autoCommit = autoCommit;
    }

    @Override
    public boolean getAutoCommit() throws SQLException {
        checkOpen();
        return autoCommit;
    }

    @Override
    public void close() throws SQLException {
        if (closed.compareAndSet(false, true)) {
            release();
        }
    }

    /** Stops all statements at once, waits for their ends, and only then lets go of what they use. */
    private void release() throws SQLException {
        List<Closing> closing = new ArrayList<>();
        Set.copyOf(statements).forEach(statement -> closing.add(statement::stop));
        Set.copyOf(statements).forEach(statement -> closing.add(statement::close));
        closing.add(() -> SqlErrors.run(session::close));
        SQLException failure = null;
        for (Closing step : closing) {
            try {
                step.run();
            } catch (SQLException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private interface Closing {
        void run() throws SQLException;
    }

    @Override
    public boolean isClosed() {
        return closed.get();
    }

    @Override
    public void abort(Executor executor) throws SQLException {
        Arguments.present(executor, "executor");
        if (closed.compareAndSet(false, true)) {
            executor.execute(() -> {
                try {
                    release();
                } catch (SQLException e) {
                    LOG.log(Level.FINE, "A connection that was given up could not be closed", e);
                }
            });
        }
    }

    @Override
    public boolean isValid(int seconds) throws SQLException {
        Arguments.notNegative(seconds, "timeout");
        Duration timeout = seconds == 0 ? Session.PATIENCE : Duration.ofSeconds(seconds);
        return !closed.get() && session.isAlive(timeout);
    }

    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        checkOpen();
        return MetaData.of(this);
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        checkOpen();
        return warning;
    }

    @Override
    public void clearWarnings() throws SQLException {
        checkOpen();
        warning = null;
    }
}
