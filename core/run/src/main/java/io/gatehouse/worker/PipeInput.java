package io.gatehouse.worker;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.gatehouse.store.write.AnswerRow;
import io.gatehouse.store.write.RoutingColumns;
import io.gatehouse.store.write.Shard;
import io.gatehouse.store.write.TokenColumns;
import io.gatehouse.store.write.TokenValues;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The other end of a {@link PipeOutput}. Nothing is allocated that the allowance does not have: a length is a claim of
 * whoever sends it.
 */
final class PipeInput {
    /** What a word may take that is no shard. */
    static final int WORD_BYTES = 8 << 20;

    /** What an object takes beside its content, about: many small ones count, too. */
    private static final int OBJECT_BYTES = 48;

    private final DataInputStream in;
    private final ObjectMapper json =
            JsonMapper.builder().addModule(new Jdk8Module()).build();
    private final byte[] chunk = new byte[1 << 16];
    private long allowed = WORD_BYTES;

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

    Word.Kind kind() throws IOException {
        int code = in.readUnsignedByte();
        for (Word.Kind kind : Word.Kind.values()) {
            if (kind.code() == code) {
                return kind;
            }
        }
        throw new Malformed("word of kind %d".formatted(code));
    }

    int number() throws IOException {
        return in.readInt();
    }

    <T> T json(Class<T> type) throws IOException {
        return json.readValue(bytes(), type);
    }

    Shard shard() throws IOException {
        try {
            return new Shard(number(), routing(), tokens(), answers(), values(), values());
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new Malformed(String.valueOf(e.getMessage()));
        }
    }

    private List<RoutingColumns> routing() throws IOException {
        int count = count(OBJECT_BYTES);
        List<RoutingColumns> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            list.add(new RoutingColumns(
                    number(),
                    number(),
                    ints(),
                    ints(),
                    booleans(),
                    shorts(),
                    floats(),
                    floats(),
                    floats(),
                    floats(),
                    floats()));
        }
        return list;
    }

    private List<TokenColumns> tokens() throws IOException {
        int count = count(OBJECT_BYTES);
        List<TokenColumns> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] questionIds = ints();
            int[] positions = ints();
            boolean[] last = booleans();
            int[] ids = ints();
            String[] texts = new String[count(OBJECT_BYTES)];
            for (int text = 0; text < texts.length; text++) {
                texts[text] = text();
            }
            int[] places = ints();
            String[] tokens = new String[places.length];
            for (int row = 0; row < tokens.length; row++) {
                if (places[row] < 0 || places[row] >= texts.length) {
                    throw new Malformed("token text %d of %d".formatted(places[row], texts.length));
                }
                tokens[row] = texts[places[row]];
            }
            list.add(new TokenColumns(questionIds, positions, last, ids, tokens));
        }
        return list;
    }

    private List<AnswerRow> answers() throws IOException {
        int count = count(OBJECT_BYTES);
        List<AnswerRow> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            list.add(new AnswerRow(number(), (char) number(), number() != 0, floats(), number(), text(), number()));
        }
        return list;
    }

    private List<TokenValues> values() throws IOException {
        int count = count(OBJECT_BYTES);
        List<TokenValues> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            list.add(new TokenValues(number(), number(), ints(), ints(), floats()));
        }
        return list;
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
