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
import java.sql.ResultSet;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;

/** The methods of a result set that write a column by its label, each of which is refused. */
abstract class ReadOnlyLabels implements ResultSet {
    @Override
    public void updateNull(String label) throws SQLException {
        throw SqlErrors.readOnly("updateNull");
    }

    @Override
    public void updateBoolean(String label, boolean value) throws SQLException {
        throw SqlErrors.readOnly("updateBoolean");
    }

    @Override
    public void updateByte(String label, byte value) throws SQLException {
        throw SqlErrors.readOnly("updateByte");
    }

    @Override
    public void updateShort(String label, short value) throws SQLException {
        throw SqlErrors.readOnly("updateShort");
    }

    @Override
    public void updateInt(String label, int value) throws SQLException {
        throw SqlErrors.readOnly("updateInt");
    }

    @Override
    public void updateLong(String label, long value) throws SQLException {
        throw SqlErrors.readOnly("updateLong");
    }

    @Override
    public void updateFloat(String label, float value) throws SQLException {
        throw SqlErrors.readOnly("updateFloat");
    }

    @Override
    public void updateDouble(String label, double value) throws SQLException {
        throw SqlErrors.readOnly("updateDouble");
    }

    @Override
    public void updateBigDecimal(String label, BigDecimal value) throws SQLException {
        throw SqlErrors.readOnly("updateBigDecimal");
    }

    @Override
    public void updateString(String label, String value) throws SQLException {
        throw SqlErrors.readOnly("updateString");
    }

    @Override
    public void updateBytes(String label, byte[] value) throws SQLException {
        throw SqlErrors.readOnly("updateBytes");
    }

    @Override
    public void updateDate(String label, Date value) throws SQLException {
        throw SqlErrors.readOnly("updateDate");
    }

    @Override
    public void updateTime(String label, Time value) throws SQLException {
        throw SqlErrors.readOnly("updateTime");
    }

    @Override
    public void updateTimestamp(String label, Timestamp value) throws SQLException {
        throw SqlErrors.readOnly("updateTimestamp");
    }

    @Override
    public void updateAsciiStream(String label, InputStream value, int length) throws SQLException {
        throw SqlErrors.readOnly("updateAsciiStream");
    }

    @Override
    public void updateBinaryStream(String label, InputStream value, int length) throws SQLException {
        throw SqlErrors.readOnly("updateBinaryStream");
    }

    @Override
    public void updateCharacterStream(String label, Reader value, int length) throws SQLException {
        throw SqlErrors.readOnly("updateCharacterStream");
    }

    @Override
    public void updateObject(String label, Object value, int scaleOrLength) throws SQLException {
        throw SqlErrors.readOnly("updateObject");
    }

    @Override
    public void updateObject(String label, Object value) throws SQLException {
        throw SqlErrors.readOnly("updateObject");
    }

    @Override
    public void updateRef(String label, Ref value) throws SQLException {
        throw SqlErrors.readOnly("updateRef");
    }

    @Override
    public void updateBlob(String label, Blob value) throws SQLException {
        throw SqlErrors.readOnly("updateBlob");
    }

    @Override
    public void updateClob(String label, Clob value) throws SQLException {
        throw SqlErrors.readOnly("updateClob");
    }

    @Override
    public void updateArray(String label, Array value) throws SQLException {
        throw SqlErrors.readOnly("updateArray");
    }

    @Override
    public void updateRowId(String label, RowId value) throws SQLException {
        throw SqlErrors.readOnly("updateRowId");
    }

    @Override
    public void updateNString(String label, String value) throws SQLException {
        throw SqlErrors.readOnly("updateNString");
    }

    @Override
    public void updateNClob(String label, NClob value) throws SQLException {
        throw SqlErrors.readOnly("updateNClob");
    }

    @Override
    public void updateSQLXML(String label, SQLXML value) throws SQLException {
        throw SqlErrors.readOnly("updateSQLXML");
    }

    @Override
    public void updateNCharacterStream(String label, Reader value, long length) throws SQLException {
        throw SqlErrors.readOnly("updateNCharacterStream");
    }

    @Override
    public void updateAsciiStream(String label, InputStream value, long length) throws SQLException {
        throw SqlErrors.readOnly("updateAsciiStream");
    }

    @Override
    public void updateBinaryStream(String label, InputStream value, long length) throws SQLException {
        throw SqlErrors.readOnly("updateBinaryStream");
    }

    @Override
    public void updateCharacterStream(String label, Reader value, long length) throws SQLException {
        throw SqlErrors.readOnly("updateCharacterStream");
    }

    @Override
    public void updateBlob(String label, InputStream value, long length) throws SQLException {
        throw SqlErrors.readOnly("updateBlob");
    }

    @Override
    public void updateClob(String label, Reader value, long length) throws SQLException {
        throw SqlErrors.readOnly("updateClob");
    }

    @Override
    public void updateNClob(String label, Reader value, long length) throws SQLException {
        throw SqlErrors.readOnly("updateNClob");
    }

    @Override
    public void updateNCharacterStream(String label, Reader value) throws SQLException {
        throw SqlErrors.readOnly("updateNCharacterStream");
    }

    @Override
    public void updateAsciiStream(String label, InputStream value) throws SQLException {
        throw SqlErrors.readOnly("updateAsciiStream");
    }

    @Override
    public void updateBinaryStream(String label, InputStream value) throws SQLException {
        throw SqlErrors.readOnly("updateBinaryStream");
    }

    @Override
    public void updateCharacterStream(String label, Reader value) throws SQLException {
        throw SqlErrors.readOnly("updateCharacterStream");
    }

    @Override
    public void updateBlob(String label, InputStream value) throws SQLException {
        throw SqlErrors.readOnly("updateBlob");
    }

    @Override
    public void updateClob(String label, Reader value) throws SQLException {
        throw SqlErrors.readOnly("updateClob");
    }

    @Override
    public void updateNClob(String label, Reader value) throws SQLException {
        throw SqlErrors.readOnly("updateNClob");
    }

    @Override
    public void updateObject(String label, Object value, SQLType type, int scaleOrLength) throws SQLException {
        throw SqlErrors.readOnly("updateObject");
    }

    @Override
    public void updateObject(String label, Object value, SQLType type) throws SQLException {
        throw SqlErrors.readOnly("updateObject");
    }
}
