package io.gatehouse.worker;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.gatehouse.store.write.Shard;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The other end of a {@link PipeOutput}. Nothing is allocated beyond the allowance: a length is only a claim of the
 * sender.
 */
final class PipeInput {
    /** The most bytes of a message that is not a shard. */
    static final int MESSAGE_BYTES = 8 << 20;

    /** What an object takes beside its content, about: many small ones count, too. */
    private static final int OBJECT_BYTES = 48;

    private final DataInputStream in;
    private final ObjectMapper json =
            JsonMapper.builder().addModule(new Jdk8Module()).build();
    private final byte[] chunk = new byte[1 << 16];
    private long allowed = MESSAGE_BYTES;

    PipeInput(InputStream in) {
        this.in = new DataInputStream(new BufferedInputStream(in, 1 << 16));
    }

    /** What is sent does not keep to the form, or is larger than allowed. */
    static final class Malformed extends IOException {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }

    /** How many bytes what is read from here on may take. */
    void allow(long bytes) {
        allowed = bytes;
    }

    /** How many bytes of that are left. */
    long allowed() {
        return allowed;
    }

    Messages.Kind kind() throws IOException {
        int code = in.readUnsignedByte();
        for (Messages.Kind kind : Messages.Kind.values()) {
            if (kind.code() == code) {
                return kind;
            }
        }
        throw new Malformed("message of kind %d".formatted(code));
    }

    int number() throws IOException {
        return in.readInt();
    }

    <T> T json(Class<T> type) throws IOException {
        T value = json.readValue(bytes(), type);
        if (value == null) {
            throw new Malformed("null for a %s".formatted(type.getSimpleName()));
        }
        return value;
    }

    Shard shard() throws IOException {
        return record(Shard.class);
    }

    private <T extends Record> T record(Class<T> type) throws IOException {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            values[i] = value(components[i].getGenericType());
        }
        try {
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException refused) {
                throw new Malformed(String.valueOf(refused.getMessage()));
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException("%s does not take its values".formatted(type), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The constructors of the records of a shard are public", e);
        }
    }

    private Object value(Type type) throws IOException {
        if (type == int.class || type == Integer.class) {
            return number();
        }
        if (type == boolean.class || type == Boolean.class) {
            return number() != 0;
        }
        if (type == String.class) {
            return text();
        }
        if (type == boolean[].class) {
            return booleans();
        }
        if (type == short[].class) {
            return shorts();
        }
        if (type == int[].class) {
            return ints();
        }
        if (type == float[].class) {
            return floats();
        }
        if (type == String[].class) {
            return texts();
        }
        if (type instanceof ParameterizedType optional && optional.getRawType() == Optional.class) {
            return number() == 0 ? Optional.empty() : Optional.of(value(optional.getActualTypeArguments()[0]));
        }
        if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
            return values(list.getActualTypeArguments()[0]);
        }
        if (type instanceof Class<?> one && one.isRecord()) {
            return record(one.asSubclass(Record.class));
        }
        throw new IllegalArgumentException("Not a component of a shard: " + type);
    }

    private List<Object> values(Type type) throws IOException {
        int count = count(OBJECT_BYTES);
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(value(type));
        }
        return values;
    }

    private String[] texts() throws IOException {
        String[] texts = new String[count(OBJECT_BYTES)];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = text();
        }
        int[] places = ints();
        String[] column = new String[places.length];
        for (int row = 0; row < column.length; row++) {
            if (places[row] < 0 || places[row] >= texts.length) {
                throw new Malformed("text %d of %d".formatted(places[row], texts.length));
            }
            column[row] = texts[places[row]];
        }
        return column;
    }

    /** A number of things to come that take so much each. */
    private int count(int bytesEach) throws IOException {
        int count = number();
        if (count < 0) {
            throw new Malformed("length %d".formatted(count));
        }
        allowed -= (long) count * bytesEach;
        if (allowed < 0) {
            throw new Malformed("%,d bytes too many".formatted(-allowed));
        }
        return count;
    }

    private String text() throws IOException {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    private byte[] bytes() throws IOException {
        byte[] bytes = new byte[count(1)];
        in.readFully(bytes);
        return bytes;
    }

    private boolean[] booleans() throws IOException {
        byte[] bytes = bytes();
        boolean[] column = new boolean[bytes.length];
        for (int i = 0; i < column.length; i++) {
            column[i] = bytes[i] != 0;
        }
        return column;
    }

    private int[] ints() throws IOException {
        int[] column = new int[count(Integer.BYTES)];
        for (int done = 0; done < column.length; ) {
            int part = Math.min(column.length - done, chunk.length / Integer.BYTES);
            chunk(part * Integer.BYTES).asIntBuffer().get(column, done, part);
            done += part;
        }
        return column;
    }

    private float[] floats() throws IOException {
        float[] column = new float[count(Float.BYTES)];
        for (int done = 0; done < column.length; ) {
            int part = Math.min(column.length - done, chunk.length / Float.BYTES);
            chunk(part * Float.BYTES).asFloatBuffer().get(column, done, part);
            done += part;
        }
        return column;
    }

    private short[] shorts() throws IOException {
        short[] column = new short[count(Short.BYTES)];
        for (int done = 0; done < column.length; ) {
            int part = Math.min(column.length - done, chunk.length / Short.BYTES);
            chunk(part * Short.BYTES).asShortBuffer().get(column, done, part);
            done += part;
        }
        return column;
    }

    private ByteBuffer chunk(int bytes) throws IOException {
        in.readFully(chunk, 0, bytes);
        return ByteBuffer.wrap(chunk, 0, bytes);
    }
}
