package io.gatehouse.engine.prefill;

import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.MemorySize;

/**
 * How much may go through a layer at once.
 *
 * @param tokens most tokens of a micro-batch of several prompts
 * @param bytes most memory that a micro-batch may take within a layer
 * @param need what it takes
 */
public record BatchLimit(int tokens, long bytes, Need need) {
    /**
     * What a layer takes for a micro-batch. The scores of the attention are gone before the experts begin, so that the
     * larger of the two counts.
     *
     * @param perToken bytes of its states, and of what a mixer of its own kind has of it
     * @param inExperts bytes of a token's rows in its experts, in and out
     * @param perScore bytes of the attention scores of a pair of tokens, over all heads
     */
    public record Need(long perToken, long inExperts, long perScore) {
        /** As fp32, and beside it in bf16 before the softmax or after it. */
        private static final long BYTES_OF_SCORE = Float.BYTES + Short.BYTES;

        private static final int STATES = 12;
        private static final int ROWS_OF_CHOICE = 5;
        private static final int ROWS_OF_DENSE = 3;

        public static Need of(ModelConfig config) {
            long widest = config.feedForwards().stream()
                    .mapToLong(shape -> width(shape, config.hiddenSize()))
                    .max()
                    .orElseThrow();
            long heads = config.layers().stream()
                    .mapToLong(layer -> layer.mixer().scoreHeads())
                    .max()
                    .orElseThrow();
            long inMixer = config.layers().stream()
                    .mapToLong(layer -> layer.mixer().workingEntries())
                    .max()
                    .orElseThrow();
            return new Need(
                    Float.BYTES * ((long) STATES * config.stateSize() + inMixer),
                    Float.BYTES * widest,
                    BYTES_OF_SCORE * heads);
        }

        private static long width(FeedForward shape, int hiddenSize) {
            if (shape instanceof FeedForward.Sparse sparse) {
                return (long) ROWS_OF_CHOICE * sparse.topK() * hiddenSize;
            }
            return shape instanceof FeedForward.Dense dense
                    ? (long) ROWS_OF_DENSE * dense.mlp().size()
                    : 0;
        }

        /** Bytes for a number of tokens and of scores. */
        public long bytes(long tokens, long scores) {
            return tokens * perToken + Math.max(tokens * inExperts, scores * perScore);
        }
    }

    /** Whether parts of one width may go through a layer at once after a prefix. */
    boolean allows(int parts, int width, int prefix, int tokensTogether) {
        return tokensTogether <= tokens && need.bytes(tokensTogether, scores(parts, width, prefix)) <= bytes;
    }

    /** Refuses a text that cannot be computed even alone. */
    void require(int prefix, int length) {
        long wanted = need.bytes(length, scores(1, MicroBatch.width(length), prefix));
        if (wanted > bytes) {
            throw new GatehouseException(
                    ErrorCode.OUT_OF_MEMORY,
                    "A prompt of %,d tokens takes %s in a layer; beside the weights there is room for %s"
                            .formatted(prefix + length, MemorySize.readable(wanted), MemorySize.readable(bytes)));
        }
    }

    private static long scores(int parts, int width, int prefix) {
        return (long) parts * width * (prefix + (long) width);
    }
}
