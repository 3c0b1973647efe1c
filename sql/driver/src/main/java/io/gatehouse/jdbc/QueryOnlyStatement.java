package io.gatehouse.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The methods of a statement that write, or that ask for another way to read than forward. */
abstract class QueryOnlyStatement implements Statement {
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

    static int notNegative(int value, String what) throws SQLException {
        if (value < 0) {
            throw SqlErrors.invalid("The %s must be 0 or more, not %d.".formatted(what, value));
        }
        return value;
    }

    @Override
    public void setFetchDirection(int direction) throws SQLException {
        if (direction != ResultSet.FETCH_FORWARD) {
            throw SqlErrors.unsupported("Fetching in another direction than forward");
        }
    }

    @Override
    public int getFetchDirection() {
        return ResultSet.FETCH_FORWARD;
    }

    /** Values are as long as they are. */
    @Override
    public void setMaxFieldSize(int bytes) throws SQLException {
        notNegative(bytes, "field size");
    }

    @Override
    public int getMaxFieldSize() {
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
        throw SqlErrors.unsupported("A named cursor");
    }

    @Override
    public int getResultSetType() {
        return ResultSet.TYPE_FORWARD_ONLY;
    }

    @Override
    public int getResultSetConcurrency() {
        return ResultSet.CONCUR_READ_ONLY;
    }

    @Override
    public int getResultSetHoldability() {
        return ResultSet.HOLD_CURSORS_OVER_COMMIT;
    }

    @Override
    public int executeUpdate(String sql) throws SQLException {
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
    public boolean execute(String sql, int keys) throws SQLException {
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
        return ListRows.resultSet(List.of(), List.of());
    }

    @Override
    public void addBatch(String sql) throws SQLException {
        throw SqlErrors.unsupported("A batch of statements");
    }

    @Override
    public void clearBatch() throws SQLException {
        checkOpen();
    }

    @Override
    public int[] executeBatch() throws SQLException {
        throw SqlErrors.unsupported("A batch of statements");
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
