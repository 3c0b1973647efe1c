package io.gatehouse.server.query;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.NumberOutput;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.JsonValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;

/**
 * A buffer of CSV, RFC 4180 in UTF-8. NULL is an empty field, an empty text is {@code ""}, a list is its JSON. Texts are
 * written as they are; for a spreadsheet, a text that it would take for a formula gets an apostrophe before it.
 */
public final class CsvBuffer {
    private static final int DRAIN_AT = 64 * 1024;
    private static final int LONGEST_NUMBER = 32;

    private final boolean forSpreadsheets;
    private byte[] bytes = new byte[2 * DRAIN_AT];
    private int end;

    /**
     * Starts an empty buffer.
     *
     * @param forSpreadsheets whether texts that a spreadsheet would run as formulas get an apostrophe
     */
    public CsvBuffer(boolean forSpreadsheets) {
        this.forSpreadsheets = forSpreadsheets;
    }

    public void separate(int column) {
        if (column > 0) {
            room(1);
            bytes[end++] = ',';
        }
    }

    public void endLine() {
        room(2);
        bytes[end++] = '\r';
        bytes[end++] = '\n';
    }

    void number(int number) {
        room(LONGEST_NUMBER);
        end = NumberOutput.outputInt(number, bytes, end);
    }

    void number(long number) {
        room(LONGEST_NUMBER);
        end = NumberOutput.outputLong(number, bytes, end);
    }

    /** Writes the shortest digits that read as this float. */
    void number(float number) {
        ascii(NumberOutput.toString(number, true));
    }

    void number(double number) {
        ascii(NumberOutput.toString(number, true));
    }

    /** Digits, dates and the like, which need no quotes. */
    void ascii(String text) {
        int length = text.length();
        room(length);
        for (int i = 0; i < length; i++) {
            bytes[end++] = (byte) text.charAt(i);
        }
    }

    public void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        room(utf8.length);
        System.arraycopy(utf8, 0, bytes, end, utf8.length);
        endText(utf8.length);
    }

    /** A value of any type. */
    public void value(@Nullable Object value) throws IOException {
        if (value instanceof String text) {
            text(text);
        } else if (value instanceof List<?> list) {
            quoted(json(list).getBytes(StandardCharsets.UTF_8));
        } else if (value instanceof Integer number) {
            number(number.intValue());
        } else if (value instanceof Long number) {
            number(number.longValue());
        } else if (value instanceof Float number) {
            number(number.floatValue());
        } else if (value instanceof Double number) {
            number(number.doubleValue());
        } else if (value != null) {
            ascii(JsonValue.text(value));
        }
    }

    private static String json(List<?> list) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.FACTORY.createGenerator(bytes)) {
            JsonValue.write(json, list);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** A text in UTF-8. */
    void text(ArrowBuf source, int from, int to) {
        int length = to - from;
        room(length);
        source.getBytes(from, bytes, end, length);
        endText(length);
    }

    /** Takes the bytes after the end as a text; most need no change. */
    private void endText(int length) {
        boolean formula = forSpreadsheets && length > 0 && startsFormula(bytes[end]);
        if (length > 0 && !formula && !needsQuotes(end, length)) {
            end += length;
            return;
        }
        byte[] text = Arrays.copyOfRange(bytes, end, end + length);
        boolean quotes = length == 0 || needsQuotes(end, length);
        if (formula) {
            byte[] safe = new byte[length + 1];
            safe[0] = '\'';
            System.arraycopy(text, 0, safe, 1, length);
            text = safe;
        }
        if (quotes) {
            quoted(text);
        } else {
            room(text.length);
            System.arraycopy(text, 0, bytes, end, text.length);
            end += text.length;
        }
    }

    void quoted(byte[] text) {
        room(2 * text.length + 2);
        bytes[end++] = '"';
        for (byte b : text) {
            if (b == '"') {
                bytes[end++] = '"';
            }
            bytes[end++] = b;
        }
        bytes[end++] = '"';
    }

    public void drainIfFull(OutputStream out) throws IOException {
        if (end >= DRAIN_AT) {
            drain(out);
        }
    }

    public void drain(OutputStream out) throws IOException {
        out.write(bytes, 0, end);
        end = 0;
    }

    private static boolean startsFormula(byte first) {
        return first == '=' || first == '+' || first == '-' || first == '@' || first == '\t' || first == '\r';
    }

    private boolean needsQuotes(int from, int length) {
        for (int i = from; i < from + length; i++) {
            byte b = bytes[i];
            if (b == ',' || b == '"' || b == '\n' || b == '\r') {
                return true;
            }
        }
        return false;
    }

    private void room(int more) {
        if (bytes.length - end < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, end + more));
        }
    }
}
