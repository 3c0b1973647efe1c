package io.gatehouse.jdbc;

import java.io.CharArrayWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.sql.Clob;
import java.sql.NClob;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The setters that give a text in another form than as a String: each reads it, and sets the String. */
abstract class TextParameters extends UnsupportedParameters {
    private static final int CHUNK = 8_192;

    TextParameters(GatehouseConnection connection) {
        super(connection);
    }

    private void set(int parameter, @Nullable Reader text, long length) throws SQLException {
        checkOpen();
        Arguments.notNegative(length, "length");
        setString(parameter, text == null ? null : read(text, length));
    }

    private static String read(Reader text, long length) throws SQLException {
        char[] chunk = new char[CHUNK];
        CharArrayWriter read = new CharArrayWriter();
        try {
            long left = length;
            int count = 0;
            while (left > 0 && count >= 0) {
                count = text.read(chunk, 0, (int) Math.min(left, CHUNK));
                read.write(chunk, 0, Math.max(0, count));
                left -= Math.max(0, count);
            }
            return read.toString();
        } catch (IOException e) {
            throw SqlErrors.of(
                    SqlErrors.INVALID_PARAMETER,
                    "The text of the parameter cannot be read: %s.".formatted(e.getMessage()),
                    false,
                    e);
        }
    }

    private void set(int parameter, @Nullable InputStream text, long length, Charset charset) throws SQLException {
        set(parameter, text == null ? null : new InputStreamReader(text, charset), length);
    }

    @Override
    public void setCharacterStream(int parameter, @Nullable Reader value) throws SQLException {
        set(parameter, value, Long.MAX_VALUE);
    }

    @Override
    public void setCharacterStream(int parameter, @Nullable Reader value, int length) throws SQLException {
        set(parameter, value, length);
    }

    @Override
    public void setCharacterStream(int parameter, @Nullable Reader value, long length) throws SQLException {
        set(parameter, value, length);
    }

    @Override
    public void setNCharacterStream(int parameter, @Nullable Reader value) throws SQLException {
        set(parameter, value, Long.MAX_VALUE);
    }

    @Override
    public void setNCharacterStream(int parameter, @Nullable Reader value, long length) throws SQLException {
        set(parameter, value, length);
    }

    @Override
    public void setAsciiStream(int parameter, @Nullable InputStream value) throws SQLException {
        set(parameter, value, Long.MAX_VALUE, StandardCharsets.US_ASCII);
    }

    @Override
    public void setAsciiStream(int parameter, @Nullable InputStream value, int length) throws SQLException {
        set(parameter, value, length, StandardCharsets.US_ASCII);
    }

    @Override
    public void setAsciiStream(int parameter, @Nullable InputStream value, long length) throws SQLException {
        set(parameter, value, length, StandardCharsets.US_ASCII);
    }

    @Override
    public void setClob(int parameter, @Nullable Clob value) throws SQLException {
        set(parameter, value == null ? null : value.getCharacterStream(), Long.MAX_VALUE);
    }

    @Override
    public void setClob(int parameter, @Nullable Reader value) throws SQLException {
        set(parameter, value, Long.MAX_VALUE);
    }

    @Override
    public void setClob(int parameter, @Nullable Reader value, long length) throws SQLException {
        set(parameter, value, length);
    }

    @Override
    public void setNClob(int parameter, @Nullable NClob value) throws SQLException {
        setClob(parameter, value);
    }

    @Override
    public void setNClob(int parameter, @Nullable Reader value) throws SQLException {
        set(parameter, value, Long.MAX_VALUE);
    }

    @Override
    public void setNClob(int parameter, @Nullable Reader value, long length) throws SQLException {
        set(parameter, value, length);
    }
}
