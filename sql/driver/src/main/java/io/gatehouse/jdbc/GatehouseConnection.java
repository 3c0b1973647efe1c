package io.gatehouse.jdbc;

import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Struct;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
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
final class GatehouseConnection implements Connection {
    private static final Logger LOG = Logger.getLogger("io.gatehouse.jdbc");

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

    private void checkOpen() throws SQLException {
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
        return createStatement(type, concurrency);
    }

    @Override
    public PreparedStatement prepareStatement(String sql) throws SQLException {
        if (sql == null) {
            throw SqlErrors.invalid("There is no statement.");
        }
        return opened(new GatehousePreparedStatement(this, sql));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency) throws SQLException {
        checkForm(type, concurrency);
        return prepareStatement(sql);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency, int holdability)
            throws SQLException {
        return prepareStatement(sql, type, concurrency);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int keys) throws SQLException {
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

    /** What is asked for and cannot be had is a warning, as JDBC wants it, where reading works without it. */
    private void checkForm(int type, int concurrency) throws SQLException {
        if (type == ResultSet.TYPE_SCROLL_SENSITIVE || concurrency != ResultSet.CONCUR_READ_ONLY) {
            throw SqlErrors.unsupported("A result that is not read-only and forward-only");
        }
        if (type == ResultSet.TYPE_SCROLL_INSENSITIVE) {
            warning = new SQLWarning("Rows are only read forward here, not scrolled through.", "01000");
        }
    }

    @Override
    public CallableStatement prepareCall(String sql) throws SQLException {
        throw SqlErrors.unsupported("CALL");
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency) throws SQLException {
        return prepareCall(sql);
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency, int holdability) throws SQLException {
        return prepareCall(sql);
    }

    @Override
    public String nativeSQL(String sql) {
        return sql;
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
    public void commit() throws SQLException {
        checkOpen();
    }

    @Override
    public void rollback() throws SQLException {
        checkOpen();
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
        closing.add(session::close);
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
        if (executor == null) {
            throw SqlErrors.invalid("There is no executor to close the connection.");
        }
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
        if (seconds < 0) {
            throw SqlErrors.invalid("The timeout must be 0 or more, not %d.".formatted(seconds));
        }
        Duration timeout = seconds == 0 ? Session.PATIENCE : Duration.ofSeconds(seconds);
        return !closed.get() && session.isAlive(timeout);
    }

    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        checkOpen();
        return MetaData.of(this);
    }

    /** It is read-only whatever is asked for. */
    @Override
    public void setReadOnly(boolean readOnly) throws SQLException {
        checkOpen();
    }

    @Override
    public boolean isReadOnly() throws SQLException {
        checkOpen();
        return true;
    }

    @Override
    public void setTransactionIsolation(int level) throws SQLException {
        checkOpen();
    }

    @Override
    public int getTransactionIsolation() throws SQLException {
        checkOpen();
        return TRANSACTION_NONE;
    }

    @Override
    public void setCatalog(@Nullable String catalog) throws SQLException {
        checkOpen();
    }

    @Override
    public @Nullable String getCatalog() throws SQLException {
        checkOpen();
        return null;
    }

    @Override
    public void setSchema(@Nullable String schema) throws SQLException {
        checkOpen();
    }

    @Override
    public @Nullable String getSchema() throws SQLException {
        checkOpen();
        return null;
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

    @Override
    public Map<String, Class<?>> getTypeMap() {
        return Map.of();
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        if (!map.isEmpty()) {
            throw SqlErrors.unsupported("A map of types");
        }
    }

    @Override
    public void setHoldability(int holdability) throws SQLException {
        checkOpen();
    }

    @Override
    public int getHoldability() {
        return ResultSet.HOLD_CURSORS_OVER_COMMIT;
    }

    @Override
    public Savepoint setSavepoint() throws SQLException {
        throw SqlErrors.unsupported("A savepoint");
    }

    @Override
    public Savepoint setSavepoint(String name) throws SQLException {
        return setSavepoint();
    }

    @Override
    public void rollback(Savepoint savepoint) throws SQLException {
        throw SqlErrors.unsupported("A savepoint");
    }

    @Override
    public void releaseSavepoint(Savepoint savepoint) throws SQLException {
        throw SqlErrors.unsupported("A savepoint");
    }

    @Override
    public Clob createClob() throws SQLException {
        throw SqlErrors.unsupported("CLOB");
    }

    @Override
    public Blob createBlob() throws SQLException {
        throw SqlErrors.unsupported("BLOB");
    }

    @Override
    public NClob createNClob() throws SQLException {
        throw SqlErrors.unsupported("NCLOB");
    }

    @Override
    public SQLXML createSQLXML() throws SQLException {
        throw SqlErrors.unsupported("XML");
    }

    @Override
    public Array createArrayOf(String type, Object[] elements) throws SQLException {
        throw SqlErrors.unsupported("A list as parameter");
    }

    @Override
    public Struct createStruct(String type, Object[] attributes) throws SQLException {
        throw SqlErrors.unsupported("STRUCT");
    }

    @Override
    public void setClientInfo(String name, String value) throws SQLClientInfoException {
        throw new SQLClientInfoException("There is no client info \"%s\".".formatted(name), "0A000", Map.of());
    }

    @Override
    public void setClientInfo(Properties properties) throws SQLClientInfoException {
        for (String name : properties.stringPropertyNames()) {
            setClientInfo(name, properties.getProperty(name));
        }
    }

    @Override
    public @Nullable String getClientInfo(String name) {
        return null;
    }

    @Override
    public Properties getClientInfo() {
        return new Properties();
    }

    @Override
    public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
        throw SqlErrors.unsupported("A network timeout");
    }

    @Override
    public int getNetworkTimeout() throws SQLException {
        throw SqlErrors.unsupported("A network timeout");
    }

    @Override
    public <T> T unwrap(Class<T> wanted) throws SQLException {
        return Wrappers.unwrap(this, wanted);
    }

    @Override
    public boolean isWrapperFor(Class<?> wanted) {
        return wanted.isInstance(this);
    }
}
