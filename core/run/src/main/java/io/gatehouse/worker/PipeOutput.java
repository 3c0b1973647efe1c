package io.gatehouse.worker;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.gatehouse.store.write.Shard;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One end of a pipe between owner and worker: JSON for messages; for shards the components of its records in their order,
 * with columns in binary. {@link PipeInput} reads it.
 */
final class PipeOutput {
    private static final int BUFFER = 1 << 16;

    private final DataOutputStream out;
    private final ObjectMapper json =
            JsonMapper.builder().addModule(new Jdk8Module()).build();

    PipeOutput(OutputStream out) {
        this.out = new DataOutputStream(new BufferedOutputStream(out, BUFFER));
    }

    void kind(Messages.Kind kind) throws IOException {
        out.writeByte(kind.code());
    }

    void number(int value) throws IOException {
        out.writeInt(value);
    }

    void json(Object value) throws IOException {
        bytes(json.writeValueAsBytes(value));
    }

    void flush() throws IOException {
        out.flush();
    }

    void shard(Shard shard) throws IOException {
        record(shard);
    }

    private void record(Record record) throws IOException {
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            try {
                value(requireNonNull(component.getAccessor().invoke(record), component.getName()));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("The components of a record are public", e);
            }
        }
    }

    private void value(Object value) throws IOException {
        if (value instanceof Integer number) {
            number(number);
        } else if (value instanceof Boolean flag) {
            number(flag ? 1 : 0);
        } else if (value instanceof String text) {
            text(text);
        } else if (value instanceof boolean[] column) {
            booleans(column);
        } else if (value instanceof short[] column) {
            column(column.length, Short.BYTES, bytes -> bytes.asShortBuffer().put(column));
        } else if (value instanceof int[] column) {
            ints(column);
        } else if (value instanceof float[] column) {
            column(column.length, Float.BYTES, bytes -> bytes.asFloatBuffer().put(column));
        } else if (value instanceof String[] column) {
            texts(column);
        } else if (value instanceof Optional<?> optional) {
            number(optional.isPresent() ? 1 : 0);
            if (optional.isPresent()) {
                value(optional.get());
            }
        } else if (value instanceof List<?> values) {
            number(values.size());
            for (Object each : values) {
                value(each);
            }
        } else if (value instanceof Record part) {
            record(part);
        } else {
            throw new IllegalArgumentException("Not a component of a shard: " + value.getClass());
        }
    }

    /** Each text is sent once, however often it occurs, so that it is one string again at the other end. */
    private void texts(String[] column) throws IOException {
        Map<String, Integer> places = new LinkedHashMap<>();
        int[] rows = new int[column.length];
        for (int row = 0; row < rows.length; row++) {
            Integer place = places.putIfAbsent(column[row], places.size());
            rows[row] = place == null ? places.size() - 1 : place;
        }
        number(places.size());
        for (String text : places.keySet()) {
            text(text);
        }
        ints(rows);
    }

    private void text(String text) throws IOException {
        bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private void bytes(byte[] bytes) throws IOException {
        number(bytes.length);
        out.write(bytes);
    }

    private void booleans(boolean[] column) throws IOException {
        byte[] bytes = new byte[column.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (column[i] ? 1 : 0);
        }
        bytes(bytes);
    }

    private void ints(int[] column) throws IOException {
        column(column.length, Integer.BYTES, bytes -> bytes.asIntBuffer().put(column));
    }

    private void column(int length, int bytesEach, Consumer<ByteBuffer> fill) throws IOException {
        byte[] bytes = new byte[Math.multiplyExact(length, bytesEach)];
        fill.accept(ByteBuffer.wrap(bytes));
        number(length);
        out.write(bytes);
    }
}
