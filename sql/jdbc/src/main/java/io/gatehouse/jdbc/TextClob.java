package io.gatehouse.jdbc;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.sql.Clob;
import java.sql.NClob;
import java.sql.SQLException;

/** A text as a CLOB, for callers that read every text so. */
final class TextClob implements NClob {
    private final String text;
    private boolean freed;

    TextClob(String text) {
        this.text = text;
    }

    private String text() throws SQLException {
        if (freed) {
            throw SqlErrors.closed("text");
        }
        return text;
    }

    /** The part from a position, from 1; shorter if the text ends before. */
    private String part(long position, long length) throws SQLException {
        String whole = text();
        if (position < 1 || position - 1 > whole.length() || length < 0) {
            throw SqlErrors.invalid(
                    "The text has %d characters, not %d from %d on.".formatted(whole.length(), length, position));
        }
        int start = (int) position - 1;
        return whole.substring(start, start + (int) Math.min(length, whole.length() - start));
    }

    @Override
    public long length() throws SQLException {
        return text().length();
    }

    @Override
    public String getSubString(long position, int length) throws SQLException {
        return part(position, length);
    }

    @Override
    public Reader getCharacterStream() throws SQLException {
        return new StringReader(text());
    }

    @Override
    public Reader getCharacterStream(long position, long length) throws SQLException {
        return new StringReader(part(position, length));
    }

    @Override
    public InputStream getAsciiStream() throws SQLException {
        return new ByteArrayInputStream(text().getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public long position(String wanted, long start) throws SQLException {
        int found = part(start, Integer.MAX_VALUE).indexOf(Arguments.present(wanted, "text"));
        return found < 0 ? -1 : start + found;
    }

    @Override
    public long position(Clob wanted, long start) throws SQLException {
        Clob present = Arguments.present(wanted, "text");
        return position(present.getSubString(1, (int) Math.min(present.length(), Integer.MAX_VALUE)), start);
    }

    @Override
    public int setString(long position, String value) throws SQLException {
        throw SqlErrors.readOnly("setString");
    }

    @Override
    public int setString(long position, String value, int offset, int length) throws SQLException {
        throw SqlErrors.readOnly("setString");
    }

    @Override
    public OutputStream setAsciiStream(long position) throws SQLException {
        throw SqlErrors.readOnly("setAsciiStream");
    }

    @Override
    public Writer setCharacterStream(long position) throws SQLException {
        throw SqlErrors.readOnly("setCharacterStream");
    }

    @Override
    public void truncate(long length) throws SQLException {
        throw SqlErrors.readOnly("truncate");
    }

    @Override
    public void free() {
        freed = true;
    }

    @Override
    public String toString() {
        return text;
    }
}
