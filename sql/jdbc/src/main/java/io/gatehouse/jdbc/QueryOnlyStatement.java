package io.gatehouse.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The methods of a statement that write, or that ask for another way to read than forward. */
abstract class QueryOnlyStatement implements Statement {
    static final Set<Integer> GENERATED_KEYS = Set.of(RETURN_GENERATED_KEYS, NO_GENERATED_KEYS);

    /** Throws once the statement is closed. */
    abstract void checkOpen() throws SQLException;

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

    /** Values are as long as they are. */
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
    public int executeUpdate(String sql, int keys) throws SQLException {
        return executeUpdate(sql);
    }

    @Override
    public int executeUpdate(String sql, int[] keys) throws SQLException {
        return executeUpdate(sql);
    }

    @Override
    public int executeUpdate(String sql, String[] keys) throws SQLException {
        return executeUpdate(sql);
    }

    @Override
    public long executeLargeUpdate(String sql) throws SQLException {
        return executeUpdate(sql);
    }

    @Override
    public long executeLargeUpdate(String sql, int keys) throws SQLException {
        return executeUpdate(sql);
    }

    @Override
    public long executeLargeUpdate(String sql, int[] keys) throws SQLException {
        return executeUpdate(sql);
    }

    @Override
    public long executeLargeUpdate(String sql, String[] keys) throws SQLException {
        return executeUpdate(sql);
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
    public long[] executeLargeBatch() throws SQLException {
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

    @Override
    public <T> T unwrap(Class<T> wanted) throws SQLException {
        return Wrappers.unwrap(this, wanted);
    }

    @Override
    public boolean isWrapperFor(Class<?> wanted) throws SQLException {
        return Wrappers.isWrapper(this, wanted);
    }
}
