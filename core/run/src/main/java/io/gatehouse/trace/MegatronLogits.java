package io.gatehouse.trace;

import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.error.FileFailure;
import io.gatehouse.json.JsonValue;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.trace.reader.Gate;
import io.gatehouse.trace.reader.TraceBounds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * {@code logits_rank*.bin} beside a router trace of Megatron core: logits of all experts in bfloat16. A line of the trace
 * says where those of its tokens are, by {@code logit_offset}, {@code logit_bytes} and {@code logit_shape}.
 *
 * @param place names the file in errors
 * @param values shape [tokens, experts]
 */
record MegatronLogits(String place, int experts, float[] values) {
    private static final String SHAPE = "logit_shape";
    private static final String BYTES = "logit_bytes";
    private static final String OFFSET = "logit_offset";
    /** Heap that a logit takes as what is read and as what is made of it. */
    private static final int LOGIT_BYTES = 3 * Float.BYTES;

    /** The share of a logit that rounding it to bfloat16 may change, and that of another one. */
    private static final float ROUNDING = 1f / 64;

    /** The file that belongs to a trace. */
    static Path beside(Path trace, int rank) {
        return trace.resolveSibling("logits_rank%d.bin".formatted(rank));
    }

    /** Whether the trace has them for the tokens of a line. */
    static boolean has(JsonValue line) {
        return line.find(OFFSET).isPresent();
    }

    /**
     * Reads those of the tokens of a line.
     *
     * @param memory counts the bytes that they take
     */
    static MegatronLogits read(Path file, JsonValue line, int tokens, LongConsumer memory) {
        int[] shape = line.field(SHAPE).indices();
        if (shape.length != 2 || shape[0] != tokens || shape[1] < 1 || shape[1] > TraceBounds.MOST) {
            throw line.field(SHAPE)
                    .corrupt("is %s instead of %d tokens and up to %,d experts"
                            .formatted(line.field(SHAPE).shown(), tokens, TraceBounds.MOST));
        }
        long size = (long) tokens * shape[1] * DType.BF16.bytes();
        double offset = line.field(OFFSET).anyNumber();
        if (line.field(BYTES).anyNumber() != size) {
            throw line.field(BYTES)
                    .corrupt("is %s, but %s takes %d"
                            .formatted(
                                    line.field(BYTES).shown(), line.field(SHAPE).shown(), size));
        }
        try (FileChannel channel = FileChannel.open(file)) {
            if (!(offset >= 0) || offset != Math.rint(offset) || offset + size > channel.size()) {
                throw line.field(OFFSET)
                        .corrupt("is %s: %d bytes from there on do not lie in %s, which has %d"
                                .formatted(line.field(OFFSET).shown(), size, file, channel.size()));
            }
            memory.accept((long) tokens * shape[1] * LOGIT_BYTES);
            ByteBuffer bytes = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
            while (bytes.hasRemaining() && channel.read(bytes, (long) offset + bytes.position()) >= 0) {
                // Until all are there.
            }
            float[] values = new float[tokens * shape[1]];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) DType.BF16.read(bytes, i * DType.BF16.bytes());
                if (!Float.isFinite(values[i])) {
                    throw line.field(OFFSET)
                            .corrupt("points to %s in %s, which is not a finite number".formatted(values[i], file));
                }
            }
            return new MegatronLogits(file.toString(), shape[1], values);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    /** Whether there is a file that belongs to a trace. */
    static boolean exist(Path file) {
        return Files.isRegularFile(file);
    }

    /**
     * The decisions of a line with their whole gate, the most probable expert first. The weights are probabilities, not
     * renormalised.
     *
     * @param chosen experts of each token
     * @param routed their field, for errors
     */
    TracedLayer decisions(int layer, int topK, int[] chosen, JsonValue routed) {
        int tokens = chosen.length / topK;
        for (int i = 0; i < chosen.length; i++) {
            if (chosen[i] >= experts) {
                throw routed.item(i / topK)
                        .corrupt("names expert %d, but %s has logits of %d experts"
                                .formatted(chosen[i], place, experts));
            }
        }
        float[] gates = Gate.softmax(values, experts);
        int[] ordered = new int[chosen.length];
        float[] weights = new float[chosen.length];
        for (int token = 0; token < tokens; token++) {
            int row = token * experts;
            int[] best = IntStream.range(token * topK, (token + 1) * topK)
                    .map(i -> chosen[i])
                    .boxed()
                    .sorted((one, other) -> Float.compare(values[row + other], values[row + one]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            requireBest(row, best, routed.item(token));
            for (int i = 0; i < topK; i++) {
                ordered[token * topK + i] = best[i];
                weights[token * topK + i] = gates[row + best[i]];
            }
        }
        return new TracedLayer(layer, topK, IntStream.range(0, tokens).toArray(), ordered, true, weights, gates);
    }

    /** Routers that add a bias or choose among groups do not weigh by the probabilities that follow from the logits. */
    private void requireBest(int row, int[] best, JsonValue routed) {
        float least = values[row + best[best.length - 1]];
        for (int expert = 0; expert < experts; expert++) {
            int number = expert;
            float logit = values[row + expert];
            float slack = Math.max(Math.abs(logit), Math.abs(least)) * ROUNDING;
            if (logit - least > slack && IntStream.of(best).noneMatch(other -> other == number)) {
                throw routed.corrupt(
                        "is %s, but in %s expert %d has a larger logit: the router adds a bias or chooses among groups. Without that file the experts alone are imported"
                                .formatted(routed.shown(), place, expert));
            }
        }
    }
}
