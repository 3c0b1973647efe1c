package io.gatehouse.worker;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.gatehouse.store.write.AnswerRow;
import io.gatehouse.store.write.RoutingColumns;
import io.gatehouse.store.write.Shard;
import io.gatehouse.store.write.TokenColumns;
import io.gatehouse.store.write.TokenValues;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** One end of a pipe between owner and worker: JSON for what is said, columns as they are. {@link PipeInput} reads it. */
final class PipeOutput {
    private static final int BUFFER = 1 << 16;

    private final DataOutputStream out;
    private final ObjectMapper json =
            JsonMapper.builder().addModule(new Jdk8Module()).build();

    PipeOutput(OutputStream out) {
        this.out = new DataOutputStream(new BufferedOutputStream(out, BUFFER));
    }

    void kind(Word.Kind kind) throws IOException {
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
        number(shard.number());
        number(shard.routing().size());
        for (RoutingColumns columns : shard.routing()) {
            number(columns.layer());
            number(columns.topK());
            ints(columns.questionIds());
            ints(columns.positions());
            booleans(columns.last());
            shorts(columns.experts());
            floats(columns.weights());
            floats(columns.entropy());
            floats(columns.topKEntropy());
            floats(columns.mass());
            floats(columns.margin());
        }
        number(shard.tokens().size());
        for (TokenColumns columns : shard.tokens()) {
            tokens(columns);
        }
        number(shard.answers().size());
        for (AnswerRow answer : shard.answers()) {
            number(answer.questionId());
            number(answer.predicted());
            number(answer.correct() ? 1 : 0);
            floats(answer.logProbabilities());
            number(answer.topTokenId());
            text(answer.topToken());
            number(answer.promptTokens());
        }
        values(shard.gates());
        values(shard.norms());
    }

    /** A token's text goes once, however often the token comes: so it is one string again at the other end. */
    private void tokens(TokenColumns columns) throws IOException {
        ints(columns.questionIds());
        ints(columns.positions());
        booleans(columns.last());
        ints(columns.tokenIds());
        Map<String, Integer> places = new LinkedHashMap<>();
        int[] texts = new int[columns.rows()];
        for (int row = 0; row < texts.length; row++) {
            Integer place = places.putIfAbsent(columns.tokens()[row], places.size());
            texts[row] = place == null ? places.size() - 1 : place;
        }
        number(places.size());
        for (String text : places.keySet()) {
            text(text);
        }
        ints(texts);
    }

    private void values(Iterable<TokenValues> values) throws IOException {
        int count = 0;
        for (TokenValues unused : values) {
            count++;
        }
        number(count);
        for (TokenValues columns : values) {
            number(columns.layer());
            number(columns.width());
            ints(columns.questionIds());
            ints(columns.positions());
            floats(columns.values());
        }
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
        byte[] bytes = begin(column.length, Integer.BYTES);
        ByteBuffer.wrap(bytes).asIntBuffer().put(column);
        out.write(bytes);
    }

    private void floats(float[] column) throws IOException {
        byte[] bytes = begin(column.length, Float.BYTES);
        ByteBuffer.wrap(bytes).asFloatBuffer().put(column);
        out.write(bytes);
    }

    private void shorts(short[] column) throws IOException {
        byte[] bytes = begin(column.length, Short.BYTES);
        ByteBuffer.wrap(bytes).asShortBuffer().put(column);
        out.write(bytes);
    }

    private byte[] begin(int length, int bytesEach) throws IOException {
        number(length);
        return new byte[Math.multiplyExact(length, bytesEach)];
    }
}
