package io.gatehouse.server.query;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.NumberOutput;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.JsonValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * RFC 4180 with a header line. NULL is an empty field, an empty text is {@code ""}, a list is its JSON. A text that a
 * spreadsheet would take for a formula gets an apostrophe before it, unless the client asks for it as it is.
 */
final class CsvRows implements RowWriter {
    private static final int FLUSH_AT = 64 * 1024;
    private static final int LONGEST_NUMBER = 32;

    private final boolean plainFormulas;
    private byte[] buffer = new byte[FLUSH_AT + 4096];
    private int end;

    CsvRows(boolean plainFormulas) {
        this.plainFormulas = plainFormulas;
    }

    @Override
    public void write(ServedQuery query, boolean first, OutputStream out) throws IOException {
        int columns = query.columns().size();
        for (int column = 0; column < columns; column++) {
            separate(column);
            text(query.columns().get(column).name());
        }
        endLine();
        for (boolean present = first; present; present = query.next()) {
            for (int column = 0; column < columns; column++) {
                separate(column);
                field(query.value(column));
            }
            endLine();
            if (end >= FLUSH_AT) {
                out.write(buffer, 0, end);
                end = 0;
            }
        }
        out.write(buffer, 0, end);
    }

    private void separate(int column) {
        if (column > 0) {
            room(1);
            buffer[end++] = ',';
        }
    }

    private void endLine() {
        room(2);
        buffer[end++] = '\r';
        buffer[end++] = '\n';
    }

    private void field(@Nullable Object value) throws IOException {
        if (value == null) {
            return;
        }
        room(LONGEST_NUMBER);
        if (value instanceof Integer number) {
            end = NumberOutput.outputInt(number, buffer, end);
        } else if (value instanceof Long number) {
            end = NumberOutput.outputLong(number, buffer, end);
        } else if (value instanceof Double number) {
            ascii(NumberOutput.toString(number, true));
        } else if (value instanceof Float number) {
            ascii(NumberOutput.toString(number, true));
        } else if (value instanceof String text) {
            text(text);
        } else if (value instanceof List<?> list) {
            quoted(json(list));
        } else {
            ascii(JsonValue.text(value));
        }
    }

    /** Digits, dates and the like. */
    private void ascii(String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        bytes(bytes);
    }

    private void text(String text) {
        boolean formula = !plainFormulas && !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0;
        String safe = formula ? "'" + text : text;
        if (needsQuotes(safe)) {
            quoted(safe);
        } else {
            bytes(safe.getBytes(UTF_8));
        }
    }

    private static boolean needsQuotes(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ',' || c == '"' || c == '\n' || c == '\r') {
                return true;
            }
        }
        return text.isEmpty();
    }

    private void quoted(String text) {
        bytes(("\"" + text.replace("\"", "\"\"") + "\"").getBytes(UTF_8));
    }

    private void bytes(byte[] bytes) {
        room(bytes.length);
        System.arraycopy(bytes, 0, buffer, end, bytes.length);
        end += bytes.length;
    }

    private void room(int more) {
        if (buffer.length - end < more) {
            buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, end + more));
        }
    }

    private static String json(List<?> list) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.FACTORY.createGenerator(bytes)) {
            JsonValue.write(json, list);
        }
        return bytes.toString(UTF_8);
    }
}
