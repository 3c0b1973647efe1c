package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.NumberOutput;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.JsonValue;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;

/**
 * Writes CSV, RFC 4180 in UTF-8. NULL is an empty field, an empty text is {@code ""}, a list is its JSON. Texts are
 * written as they are; for a spreadsheet, a text that it would take for a formula gets an apostrophe before it. However
 * long a text is, the buffer stays small.
 */
public final class CsvBuffer {
    /** The buffer is written out when it has so many bytes; longer texts pass through it in parts of this size. */
    private static final int PART = 64 * 1024;

    private static final int LONGEST_NUMBER = 32;

    private final OutputStream out;
    private final boolean forSpreadsheets;
    private byte[] bytes = new byte[2 * PART];
    private int end;

    /** A text in UTF-8, wherever it is. */
    private interface Text {
        int length();

        void copy(int from, byte[] to, int at, int length);
    }

    private record StoredText(ArrowBuf source, int start, int length) implements Text {
        @Override
        public void copy(int from, byte[] to, int at, int count) {
            source.getBytes((long) start + from, to, at, count);
        }
    }

    private record Encoded(byte[] utf8) implements Text {
        @Override
        public int length() {
            return utf8.length;
        }

        @Override
        public void copy(int from, byte[] to, int at, int length) {
            System.arraycopy(utf8, from, to, at, length);
        }
    }

    /** Takes what is inside of a field with quotes. */
    private final class Quoted extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] text, int from, int length) throws IOException {
            for (int done = 0; done < length; done += PART) {
                int part = Math.min(PART, length - done);
                room(2 * part);
                for (int i = from + done; i < from + done + part; i++) {
                    if (text[i] == '"') {
                        bytes[end++] = '"';
                    }
                    bytes[end++] = text[i];
                }
            }
        }

        /** A generator of JSON closes what it writes to. */
        @Override
        public void close() {}
    }

    private final Quoted quoted = new Quoted();

    /** What writes the JSON of a value. */
    interface JsonContent {
        void write(JsonGenerator json) throws IOException;
    }

    /**
     * Starts with an empty buffer.
     *
     * @param forSpreadsheets whether texts that a spreadsheet would run as formulas get an apostrophe
     */
    public CsvBuffer(OutputStream out, boolean forSpreadsheets) {
        this.out = requireNonNull(out, "out is null");
        this.forSpreadsheets = forSpreadsheets;
    }

    public void separate(int column) throws IOException {
        if (column > 0) {
            room(1);
            bytes[end++] = ',';
        }
    }

    public void endLine() throws IOException {
        room(2);
        bytes[end++] = '\r';
        bytes[end++] = '\n';
    }

    void number(int number) throws IOException {
        room(LONGEST_NUMBER);
        end = NumberOutput.outputInt(number, bytes, end);
    }

    void number(long number) throws IOException {
        room(LONGEST_NUMBER);
        end = NumberOutput.outputLong(number, bytes, end);
    }

    /** Writes the shortest digits that read as this float. */
    void number(float number) throws IOException {
        ascii(NumberOutput.toString(number, true));
    }

    void number(double number) throws IOException {
        ascii(NumberOutput.toString(number, true));
    }

    /** Digits, dates and the like, which need no quotes and are short. */
    void ascii(String text) throws IOException {
        int length = text.length();
        room(length);
        for (int i = 0; i < length; i++) {
            bytes[end++] = (byte) text.charAt(i);
        }
    }

    public void text(String text) throws IOException {
        text(new Encoded(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** A text in UTF-8. */
    void text(ArrowBuf source, int from, int to) throws IOException {
        int length = to - from;
        if (length > PART) {
            longText(new StoredText(source, from, length));
            return;
        }
        room(length);
        source.getBytes(from, bytes, end, length);
        endText(length);
    }

    private void text(Text text) throws IOException {
        int length = text.length();
        if (length > PART) {
            longText(text);
            return;
        }
        room(length);
        text.copy(0, bytes, end, length);
        endText(length);
    }

    /** A value of any type. */
    public void value(@Nullable Object value) throws IOException {
        if (value instanceof String text) {
            text(text);
        } else if (value instanceof List<?> list) {
            json(json -> JsonValue.write(json, list));
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

    /** A value that is written as JSON. */
    void json(JsonContent content) throws IOException {
        quote();
        try (JsonGenerator json = Json.FACTORY.createGenerator(quoted)) {
            content.write(json);
        }
        quote();
    }

    private void quote() throws IOException {
        room(1);
        bytes[end++] = '"';
    }

    /** Takes the bytes after the end as a text; most need no change. */
    private void endText(int length) throws IOException {
        boolean formula = forSpreadsheets && length > 0 && startsFormula(bytes[end]);
        boolean quotes = length == 0 || needsQuotes(bytes, end, length);
        if (!formula && !quotes) {
            end += length;
            return;
        }
        byte[] text = Arrays.copyOfRange(bytes, end, end + length);
        open(formula, quotes);
        if (quotes) {
            quoted.write(text, 0, length);
            quote();
        } else {
            room(length);
            System.arraycopy(text, 0, bytes, end, length);
            end += length;
        }
    }

    private void open(boolean formula, boolean quotes) throws IOException {
        if (quotes) {
            quote();
        }
        if (formula) {
            room(1);
            bytes[end++] = '\'';
        }
    }

    private void longText(Text text) throws IOException {
        byte[] part = new byte[PART];
        text.copy(0, part, 0, 1);
        boolean formula = forSpreadsheets && startsFormula(part[0]);
        boolean quotes = false;
        for (int from = 0; from < text.length() && !quotes; from += PART) {
            int length = Math.min(PART, text.length() - from);
            text.copy(from, part, 0, length);
            quotes = needsQuotes(part, 0, length);
        }
        open(formula, quotes);
        for (int from = 0; from < text.length(); from += PART) {
            int length = Math.min(PART, text.length() - from);
            text.copy(from, part, 0, length);
            if (quotes) {
                quoted.write(part, 0, length);
            } else {
                room(length);
                System.arraycopy(part, 0, bytes, end, length);
                end += length;
            }
        }
        if (quotes) {
            quote();
        }
    }

    /** Writes out what the buffer has. */
    public void drain() throws IOException {
        out.write(bytes, 0, end);
        end = 0;
    }

    private static boolean startsFormula(byte first) {
        return first == '=' || first == '+' || first == '-' || first == '@' || first == '\t' || first == '\r';
    }

    private static boolean needsQuotes(byte[] text, int from, int length) {
        for (int i = from; i < from + length; i++) {
            byte b = text[i];
            if (b == ',' || b == '"' || b == '\n' || b == '\r') {
                return true;
            }
        }
        return false;
    }

    private void room(int more) throws IOException {
        if (end >= PART) {
            drain();
        }
        if (bytes.length - end < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, end + more));
        }
    }
}
