package io.gatehouse.jdbc;

import static io.gatehouse.jdbc.SqlErrors.unsupported;

import io.gatehouse.client.Session;
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
 * A connection that can only read. Each statement sees the state of the file at its start. There are no transactions;
 * commit and rollback do nothing, because tools call them everywhere.
 */
final class GatehouseConnection implements Connection, SelfWrapper {
    private static final Logger LOG = Logger.getLogger("io.gatehouse.jdbc");
    private static final Set<Integer> TYPES =
            Set.of(ResultSet.TYPE_FORWARD_ONLY, ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.TYPE_SCROLL_SENSITIVE);
    private static final Set<Integer> CONCURRENCIES = Set.of(ResultSet.CONCUR_READ_ONLY, ResultSet.CONCUR_UPDATABLE);

    /** Those of other databases, because pools restore what they have read. */
    private static final Set<Integer> ISOLATIONS = Set.of(
            TRANSACTION_NONE,
            TRANSACTION_READ_UNCOMMITTED,
            TRANSACTION_READ_COMMITTED,
            TRANSACTION_REPEATABLE_READ,
            TRANSACTION_SERIALIZABLE);

    private static final Set<Integer> HOLDABILITIES =
            Set.of(ResultSet.HOLD_CURSORS_OVER_COMMIT, ResultSet.CLOSE_CURSORS_AT_COMMIT);

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

    /** Throws once the connection is closed. */
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
        // Checked now, so that a statement is either closed with the connection or not opened.
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
        Arguments.known(GatehouseStatement.GENERATED_KEYS, keys, "choice of generated keys");
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
     * A kind of result that is not supported is a warning, as JDBC specifies, and a forward-only result is given: tools such
     * as LibreOffice Base ask for updatable rows even where they only show them.
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

    /** Stops all statements at once, waits for their ends, and only then closes what they use. */
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
        return new GatehouseMetaData(this);
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

    // What is the same for every connection: no transactions, schemas or client info

    @Override
    public CallableStatement prepareCall(String sql) throws SQLException {
        checkOpen();
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
    public String nativeSQL(String sql) throws SQLException {
        checkOpen();
        return Arguments.present(sql, "statement");
    }

    @Override
    public void commit() throws SQLException {
        checkOpen();
    }

    @Override
    public void rollback() throws SQLException {
        checkOpen();
    }

    /** A connection is always read-only. */
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
        Arguments.known(ISOLATIONS, level, "transaction isolation");
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
    public Map<String, Class<?>> getTypeMap() throws SQLException {
        checkOpen();
        return Map.of();
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        checkOpen();
        if (!Arguments.present(map, "map of types").isEmpty()) {
            throw SqlErrors.unsupported("A map of types");
        }
    }

    @Override
    public void setHoldability(int holdability) throws SQLException {
        checkOpen();
        Arguments.known(HOLDABILITIES, holdability, "holdability");
    }

    @Override
    public int getHoldability() throws SQLException {
        checkOpen();
        return ResultSet.HOLD_CURSORS_OVER_COMMIT;
    }

    @Override
    public Savepoint setSavepoint(String name) throws SQLException {
        return setSavepoint();
    }

    @Override
    public void setClientInfo(String name, String value) throws SQLClientInfoException {
        checkClientInfo(false, "There is no client info \"%s\".".formatted(name));
    }

    /** JDBC has its own exception for client info, also where the connection is closed. */
    private void checkClientInfo(boolean holds, String otherwise) throws SQLClientInfoException {
        try {
            checkOpen();
        } catch (SQLException e) {
            throw new SQLClientInfoException(e.getMessage(), e.getSQLState(), Map.of(), e);
        }
        if (!holds) {
            throw new SQLClientInfoException(otherwise, "0A000", Map.of());
        }
    }

    @Override
    public void setClientInfo(Properties properties) throws SQLClientInfoException {
        checkClientInfo(properties != null, "The properties are null.");
        for (String name : properties.stringPropertyNames()) {
            setClientInfo(name, properties.getProperty(name));
        }
    }

    @Override
    public @Nullable String getClientInfo(String name) throws SQLException {
        checkOpen();
        return null;
    }

    @Override
    public Properties getClientInfo() throws SQLException {
        checkOpen();
        return new Properties();
    }

    @Override
    public void beginRequest() throws SQLException {
        checkOpen();
    }

    @Override
    public void endRequest() throws SQLException {
        checkOpen();
    }

    // spotless:off

    // SQL here has no savepoints, large objects, structures or network timeouts.
    @Override public Savepoint setSavepoint() throws SQLException { throw unsupported("A savepoint"); }
    @Override public void rollback(Savepoint savepoint) throws SQLException { throw unsupported("A savepoint"); }
    @Override public void releaseSavepoint(Savepoint savepoint) throws SQLException { throw unsupported("A savepoint"); }
    @Override public Clob createClob() throws SQLException { throw unsupported("CLOB"); }
    @Override public Blob createBlob() throws SQLException { throw unsupported("BLOB"); }
    @Override public NClob createNClob() throws SQLException { throw unsupported("NCLOB"); }
    @Override public SQLXML createSQLXML() throws SQLException { throw unsupported("XML"); }
    @Override public Array createArrayOf(String type, Object[] elements) throws SQLException { throw unsupported("A list as parameter"); }
    @Override public Struct createStruct(String type, Object[] attributes) throws SQLException { throw unsupported("STRUCT"); }
    @Override public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException { throw unsupported("A network timeout"); }
    @Override public int getNetworkTimeout() throws SQLException { throw unsupported("A network timeout"); }
    // spotless:on
}
