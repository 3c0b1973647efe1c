package io.gatehouse.jdbc;

import java.io.InputStream;
import java.net.URL;
import java.sql.Blob;
import java.sql.PreparedStatement;
import java.sql.Ref;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLXML;

/** The setters of types that SQL here does not have. */
abstract class UnsupportedParameters extends GatehouseStatement implements PreparedStatement {
    UnsupportedParameters(GatehouseConnection connection) {
        super(connection);
    }

    @Override
    public void setBytes(int parameter, byte[] value) throws SQLException {
        throw SqlErrors.unsupported("setBytes");
    }

    @Override
    @Deprecated
    public void setUnicodeStream(int parameter, InputStream value, int length) throws SQLException {
        throw SqlErrors.unsupported("setUnicodeStream");
    }

    @Override
    public void setBinaryStream(int parameter, InputStream value, int length) throws SQLException {
        throw SqlErrors.unsupported("setBinaryStream");
    }

    @Override
    public void setRef(int parameter, Ref value) throws SQLException {
        throw SqlErrors.unsupported("setRef");
    }

    @Override
    public void setBlob(int parameter, Blob value) throws SQLException {
        throw SqlErrors.unsupported("setBlob");
    }

    @Override
    public void setURL(int parameter, URL value) throws SQLException {
        throw SqlErrors.unsupported("setURL");
    }

    @Override
    public void setRowId(int parameter, RowId value) throws SQLException {
        throw SqlErrors.unsupported("setRowId");
    }

    @Override
    public void setBlob(int parameter, InputStream value, long length) throws SQLException {
        throw SqlErrors.unsupported("setBlob");
    }

    @Override
    public void setSQLXML(int parameter, SQLXML value) throws SQLException {
        throw SqlErrors.unsupported("setSQLXML");
    }

    @Override
    public void setBinaryStream(int parameter, InputStream value, long length) throws SQLException {
        throw SqlErrors.unsupported("setBinaryStream");
    }

    @Override
    public void setBinaryStream(int parameter, InputStream value) throws SQLException {
        throw SqlErrors.unsupported("setBinaryStream");
    }

    @Override
    public void setBlob(int parameter, InputStream value) throws SQLException {
        throw SqlErrors.unsupported("setBlob");
    }
}
