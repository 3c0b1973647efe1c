package io.gatehouse.client.http;

import io.gatehouse.client.ResultColumn;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.KeyValue;
import org.jspecify.annotations.Nullable;

/** A column of an Arrow stream and its values in the current batch. */
final class ArrowColumn {
    private final String name;
    private final String type;
    private final ArrowValues values;
    private ByteBuffer validity = ByteBuffer.allocate(0);
    private boolean hasNulls;

    private ArrowColumn(String name, String type, ArrowValues values) {
        this.name = name;
        this.type = type;
        this.values = values;
    }

    static ArrowColumn of(Field field) throws IOException {
        String type = "";
        for (int i = 0; i < field.customMetadataLength(); i++) {
            KeyValue entry = field.customMetadata(i);
            type = ResultColumn.ARROW_KEY.equals(entry.key()) ? entry.value() : type;
        }
        return new ArrowColumn(field.name(), type, ArrowValues.of(field));
    }

    String name() {
        return name;
    }

    /** The SQL type; empty for the elements of a list. */
    String type() {
        return type;
    }

    void load(BatchBuffers buffers) throws IOException {
        hasNulls = buffers.nextNulls() > 0;
        if (values.hasValidity()) {
            validity = buffers.next();
        }
        values.load(buffers);
    }

    @Nullable
    Object value(int row) {
        boolean missing = !values.hasValidity() || (hasNulls && (validity.get(row >> 3) >> (row & 7) & 1) == 0);
        return missing ? null : values.value(row);
    }
}
