package io.gatehouse.jdbc;

import java.net.URL;
import java.sql.Blob;
import java.sql.Ref;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLXML;

/** The methods of a result set that want rows in another order, or types that SQL here does not have. */
abstract class ForwardResultSet extends ReadOnlyResultSet {
    /** Throws once the result is closed. */
    abstract void checkOpen() throws SQLException;

    @Override
    public String getCursorName() throws SQLException {
        throw SqlErrors.unsupported("getCursorName");
    }

    @Override
    public void beforeFirst() throws SQLException {
        throw SqlErrors.unsupported("beforeFirst of rows that are only read forward");
    }

    @Override
    public void afterLast() throws SQLException {
        throw SqlErrors.unsupported("afterLast of rows that are only read forward");
    }

    @Override
    public boolean first() throws SQLException {
        throw SqlErrors.unsupported("first of rows that are only read forward");
    }

    @Override
    public boolean last() throws SQLException {
        throw SqlErrors.unsupported("last of rows that are only read forward");
    }

    @Override
    public boolean absolute(int row) throws SQLException {
        throw SqlErrors.unsupported("absolute of rows that are only read forward");
    }

    @Override
    public boolean relative(int rows) throws SQLException {
        throw SqlErrors.unsupported("relative of rows that are only read forward");
    }

    @Override
    public boolean previous() throws SQLException {
        throw SqlErrors.unsupported("previous of rows that are only read forward");
    }

    @Override
    public Ref getRef(int column) throws SQLException {
        throw SqlErrors.unsupported("getRef");
    }

    @Override
    public Blob getBlob(int column) throws SQLException {
        throw SqlErrors.unsupported("getBlob");
    }

    @Override
    public Ref getRef(String label) throws SQLException {
        throw SqlErrors.unsupported("getRef");
    }

    @Override
    public Blob getBlob(String label) throws SQLException {
        throw SqlErrors.unsupported("getBlob");
    }

    @Override
    public URL getURL(int column) throws SQLException {
        throw SqlErrors.unsupported("getURL");
    }

    @Override
    public URL getURL(String label) throws SQLException {
        throw SqlErrors.unsupported("getURL");
    }

    @Override
    public RowId getRowId(int column) throws SQLException {
        throw SqlErrors.unsupported("getRowId");
    }

    @Override
    public RowId getRowId(String label) throws SQLException {
        throw SqlErrors.unsupported("getRowId");
    }

    @Override
    public SQLXML getSQLXML(int column) throws SQLException {
        throw SqlErrors.unsupported("getSQLXML");
    }

    @Override
    public SQLXML getSQLXML(String label) throws SQLException {
        throw SqlErrors.unsupported("getSQLXML");
    }

    @Override
    public boolean isLast() throws SQLException {
        throw SqlErrors.unsupported("isLast of rows that are only read forward");
    }

    @Override
    public void setFetchDirection(int direction) throws SQLException {
        checkOpen();
        if (direction != FETCH_FORWARD) {
            throw SqlErrors.unsupported("Fetching in another direction than forward");
        }
    }

    @Override
    public int getFetchDirection() throws SQLException {
        checkOpen();
        return FETCH_FORWARD;
    }

    @Override
    public int getFetchSize() throws SQLException {
        checkOpen();
        return 0;
    }

    @Override
    public int getType() throws SQLException {
        checkOpen();
        return TYPE_FORWARD_ONLY;
    }

    @Override
    public int getConcurrency() throws SQLException {
        checkOpen();
        return CONCUR_READ_ONLY;
    }

    @Override
    public int getHoldability() throws SQLException {
        checkOpen();
        return HOLD_CURSORS_OVER_COMMIT;
    }

    @Override
    public boolean rowUpdated() throws SQLException {
        checkOpen();
        return false;
    }

    @Override
    public boolean rowInserted() throws SQLException {
        checkOpen();
        return false;
    }

    @Override
    public boolean rowDeleted() throws SQLException {
        checkOpen();
        return false;
    }

    @Override
    public void refreshRow() throws SQLException {
        throw SqlErrors.unsupported("refreshRow");
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
