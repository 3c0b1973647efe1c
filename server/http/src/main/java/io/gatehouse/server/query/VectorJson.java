package io.gatehouse.server.query;

import com.fasterxml.jackson.core.JsonGenerator;
import io.gatehouse.server.http.JsonValue;
import io.gatehouse.sql.VectorValues;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;

/** Writes values of vectors as JSON, as {@link JsonValue} does. Long texts and lists are not decoded as a whole. */
final class VectorJson {
    /** Longer texts are read in parts. */
    private static final int LONG = 64 * 1024;

    private VectorJson() {}

    /** A text of a vector, in UTF-8. */
    private static final class TextBytes extends InputStream {
        private final ArrowBuf source;
        private final long end;
        private long at;

        TextBytes(VarCharVector texts, int row) {
            this.source = texts.getDataBuffer();
            this.at = texts.getStartOffset(row);
            this.end = texts.getEndOffset(row);
        }

        @Override
        public int read() {
            return at < end ? source.getByte(at++) & 0xff : -1;
        }

        @Override
        public int read(byte[] to, int offset, int length) {
            if (at == end) {
                return -1;
            }
            int count = (int) Math.min(length, end - at);
            source.getBytes(at, to, offset, count);
            at += count;
            return count;
        }
    }

    static void write(JsonGenerator json, FieldVector vector, int row) throws IOException {
        if (vector.isNull(row)) {
            json.writeNull();
        } else if (vector instanceof ListVector lists) {
            json.writeStartArray();
            int end = lists.getElementEndIndex(row);
            for (int i = lists.getElementStartIndex(row); i < end; i++) {
                write(json, lists.getDataVector(), i);
            }
            json.writeEndArray();
        } else if (vector instanceof VarCharVector texts
                && texts.getEndOffset(row) - texts.getStartOffset(row) > LONG) {
            json.writeString(new InputStreamReader(new TextBytes(texts, row), StandardCharsets.UTF_8), -1);
        } else {
            JsonValue.write(json, VectorValues.value(vector, row));
        }
    }
}
