package io.gatehouse.jdbc;

import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.Ref;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;

/** The methods of a result set that write a row, or a column by its number, each of which is refused. */
abstract class ReadOnlyResultSet extends ReadOnlyLabels {
    @Override
    public void updateNull(int column) throws SQLException {
        throw SqlErrors.readOnly("updateNull");
    }

    @Override
    public void updateBoolean(int column, boolean value) throws SQLException {
        throw SqlErrors.readOnly("updateBoolean");
    }

    @Override
    public void updateByte(int column, byte value) throws SQLException {
        throw SqlErrors.readOnly("updateByte");
    }

    @Override
    public void updateShort(int column, short value) throws SQLException {
        throw SqlErrors.readOnly("updateShort");
    }

    @Override
    public void updateInt(int column, int value) throws SQLException {
        throw SqlErrors.readOnly("updateInt");
    }

    @Override
    public void updateLong(int column, long value) throws SQLException {
        throw SqlErrors.readOnly("updateLong");
    }

    @Override
    public void updateFloat(int column, float value) throws SQLException {
        throw SqlErrors.readOnly("updateFloat");
    }

    @Override
    public void updateDouble(int column, double value) throws SQLException {
        throw SqlErrors.readOnly("updateDouble");
    }

    @Override
    public void updateBigDecimal(int column, BigDecimal value) throws SQLException {
        throw SqlErrors.readOnly("updateBigDecimal");
    }

    @Override
    public void updateString(int column, String value) throws SQLException {
        throw SqlErrors.readOnly("updateString");
    }

    @Override
    public void updateBytes(int column, byte[] value) throws SQLException {
        throw SqlErrors.readOnly("updateBytes");
    }

    @Override
    public void updateDate(int column, Date value) throws SQLException {
        throw SqlErrors.readOnly("updateDate");
    }

    @Override
    public void updateTime(int column, Time value) throws SQLException {
        throw SqlErrors.readOnly("updateTime");
    }

    @Override
    public void updateTimestamp(int column, Timestamp value) throws SQLException {
        throw SqlErrors.readOnly("updateTimestamp");
    }

    @Override
    public void updateAsciiStream(int column, InputStream value, int length) throws SQLException {
        throw SqlErrors.readOnly("updateAsciiStream");
    }

    @Override
    public void updateBinaryStream(int column, InputStream value, int length) throws SQLException {
        throw SqlErrors.readOnly("updateBinaryStream");
    }

    @Override
    public void updateCharacterStream(int column, Reader value, int length) throws SQLException {
        throw SqlErrors.readOnly("updateCharacterStream");
    }

    @Override
    public void updateObject(int column, Object value, int scaleOrLength) throws SQLException {
        throw SqlErrors.readOnly("updateObject");
    }

    @Override
    public void updateObject(int column, Object value) throws SQLException {
        throw SqlErrors.readOnly("updateObject");
    }

    @Override
    public void insertRow() throws SQLException {
        throw SqlErrors.readOnly("insertRow");
    }

    @Override
    public void updateRow() throws SQLException {
        throw SqlErrors.readOnly("updateRow");
    }

    @Override
    public void deleteRow() throws SQLException {
        throw SqlErrors.readOnly("deleteRow");
    }

    @Override
    public void cancelRowUpdates() throws SQLException {
        throw SqlErrors.readOnly("cancelRowUpdates");
    }

    @Override
    public void moveToInsertRow() throws SQLException {
        throw SqlErrors.readOnly("moveToInsertRow");
    }

    @Override
    public void moveToCurrentRow() throws SQLException {
        throw SqlErrors.readOnly("moveToCurrentRow");
    }

    @Override
    public void updateRef(int column, Ref value) throws SQLException {
        throw SqlErrors.readOnly("updateRef");
    }

    @Override
    public void updateBlob(int column, Blob value) throws SQLException {
        throw SqlErrors.readOnly("updateBlob");
    }

    @Override
    public void updateClob(int column, Clob value) throws SQLException {
        throw SqlErrors.readOnly("updateClob");
    }

    @Override
    public void updateArray(int column, Array value) throws SQLException {
        throw SqlErrors.readOnly("updateArray");
    }

    @Override
    public void updateRowId(int column, RowId value) throws SQLException {
        throw SqlErrors.readOnly("updateRowId");
    }

    @Override
    public void updateNString(int column, String value) throws SQLException {
        throw SqlErrors.readOnly("updateNString");
    }

    @Override
    public void updateNClob(int column, NClob value) throws SQLException {
        throw SqlErrors.readOnly("updateNClob");
    }

    @Override
    public void updateSQLXML(int column, SQLXML value) throws SQLException {
        throw SqlErrors.readOnly("updateSQLXML");
    }

    @Override
    public void updateNCharacterStream(int column, Reader value, long length) throws SQLException {
        throw SqlErrors.readOnly("updateNCharacterStream");
    }

    @Override
    public void updateAsciiStream(int column, InputStream value, long length) throws SQLException {
        throw SqlErrors.readOnly("updateAsciiStream");
    }

    @Override
    public void updateBinaryStream(int column, InputStream value, long length) throws SQLException {
        throw SqlErrors.readOnly("updateBinaryStream");
    }

    @Override
    public void updateCharacterStream(int column, Reader value, long length) throws SQLException {
        throw SqlErrors.readOnly("updateCharacterStream");
    }

    @Override
    public void updateBlob(int column, InputStream value, long length) throws SQLException {
        throw SqlErrors.readOnly("updateBlob");
    }

    @Override
    public void updateClob(int column, Reader value, long length) throws SQLException {
        throw SqlErrors.readOnly("updateClob");
    }

    @Override
    public void updateNClob(int column, Reader value, long length) throws SQLException {
        throw SqlErrors.readOnly("updateNClob");
    }

    @Override
    public void updateNCharacterStream(int column, Reader value) throws SQLException {
        throw SqlErrors.readOnly("updateNCharacterStream");
    }

    @Override
    public void updateAsciiStream(int column, InputStream value) throws SQLException {
        throw SqlErrors.readOnly("updateAsciiStream");
    }

    @Override
    public void updateBinaryStream(int column, InputStream value) throws SQLException {
        throw SqlErrors.readOnly("updateBinaryStream");
    }

    @Override
    public void updateCharacterStream(int column, Reader value) throws SQLException {
        throw SqlErrors.readOnly("updateCharacterStream");
    }

    @Override
    public void updateBlob(int column, InputStream value) throws SQLException {
        throw SqlErrors.readOnly("updateBlob");
    }

    @Override
    public void updateClob(int column, Reader value) throws SQLException {
        throw SqlErrors.readOnly("updateClob");
    }

    @Override
    public void updateNClob(int column, Reader value) throws SQLException {
        throw SqlErrors.readOnly("updateNClob");
    }

    @Override
    public void updateObject(int column, Object value, SQLType type, int scaleOrLength) throws SQLException {
        throw SqlErrors.readOnly("updateObject");
    }

    @Override
    public void updateObject(int column, Object value, SQLType type) throws SQLException {
        throw SqlErrors.readOnly("updateObject");
    }
}
