package io.gatehouse.jdbc;

import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.NClob;
import java.sql.ResultSet;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Struct;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The methods of a connection that write, or that ask for what there is not here: transactions, schemas, large objects. */
abstract class ReadOnlyConnection implements Connection {
    /** What drivers of other databases know, too; pools set again what they have read. */
    private static final Set<Integer> ISOLATIONS = Set.of(
            TRANSACTION_NONE,
            TRANSACTION_READ_UNCOMMITTED,
            TRANSACTION_READ_COMMITTED,
            TRANSACTION_REPEATABLE_READ,
            TRANSACTION_SERIALIZABLE);

    static final Set<Integer> HOLDABILITIES =
            Set.of(ResultSet.HOLD_CURSORS_OVER_COMMIT, ResultSet.CLOSE_CURSORS_AT_COMMIT);

    /** Throws once the connection is closed. */
    abstract void checkOpen() throws SQLException;

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
        checkClientInfo(false, "There is no client info \"%s\".".formatted(name));
    }

    /** Of client info JDBC wants an exception of its own, also where the connection is closed. */
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
    public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
        throw SqlErrors.unsupported("A network timeout");
    }

    @Override
    public int getNetworkTimeout() throws SQLException {
        throw SqlErrors.unsupported("A network timeout");
    }

    @Override
    public void beginRequest() throws SQLException {
        checkOpen();
    }

    @Override
    public void endRequest() throws SQLException {
        checkOpen();
    }

    @Override
    public <T> T unwrap(Class<T> wanted) throws SQLException {
        return Wrappers.unwrap(this, wanted);
    }

    @Override
    public boolean isWrapperFor(Class<?> wanted) throws SQLException {
        return Wrappers.isWrapper(this, wanted);
    }
}
