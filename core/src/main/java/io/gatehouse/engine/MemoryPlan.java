package io.gatehouse.engine;

import io.gatehouse.checkpoint.FeedForward;
import io.gatehouse.checkpoint.ModelConfig;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.OptionalLong;

/**
 * How a model is fitted into memory.
 *
 * @param streamed whether layers are read again for every pass, two at a time, instead of staying
 * @param microBatchTokens most tokens that go through a layer at once
 * @param weightBytes weights in memory at any time
 * @param totalBytes what the process is expected to take, all in all
 */
public record MemoryPlan(boolean streamed, int microBatchTokens, long weightBytes, long totalBytes) {
    /** Larger micro-batches were measured to gain nothing. */
    private static final int LARGEST = 4096;

    private static final int SMALLEST = 256;

    /** Java, TensorFlow and DuckDB themselves, and hidden states between layers: measured, with some to spare. */
    private static final long BASE_BYTES = 1_200L << 20;

    /** Resident where that fits, else streamed in micro-batches as large as fit. */
    static MemoryPlan of(ModelConfig config, DecoderGraph graph, OptionalLong wanted) {
        long limit = wanted.orElseGet(FreeMemory::comfortable);
        long layers = config.feedForwards().stream()
                .mapToLong(shape -> bytes(graph.layerWeights(shape)))
                .sum();
        MemoryPlan resident = plan(false, LARGEST, outer(graph) + layers, config);
        if (resident.totalBytes() <= limit) {
            return resident;
        }
        for (int tokens = LARGEST; tokens >= SMALLEST; tokens /= 2) {
            MemoryPlan streamed = plan(true, tokens, outer(graph) + twoLayers(config, graph), config);
            if (streamed.totalBytes() <= limit) {
                return streamed;
            }
        }
        long least = plan(true, SMALLEST, outer(graph) + twoLayers(config, graph), config)
                .totalBytes();
        throw new GatehouseException(
                ErrorCode.OUT_OF_MEMORY,
                "The model needs %s of memory even when its layers are streamed; it may take %s"
                        .formatted(readable(least), readable(limit)));
    }

    private static long outer(DecoderGraph graph) {
        return bytes(graph.embeddingWeights) + bytes(graph.headWeights);
    }

    /** Two of each shape that layers have. */
    private static long twoLayers(ModelConfig config, DecoderGraph graph) {
        return config.feedForwards().stream()
                .distinct()
                .mapToLong(shape -> 2 * bytes(graph.layerWeights(shape)))
                .sum();
    }

    /** For people: whether the weights stay, and what they take. */
    public String description() {
        return (streamed ? "streamed, %s in memory at a time" : "resident, %s").formatted(readable(weightBytes));
    }

    private static MemoryPlan plan(boolean streamed, int tokens, long weights, ModelConfig config) {
        return new MemoryPlan(streamed, tokens, weights, BASE_BYTES + weights + tokens * bytesPerToken(config));
    }

    /** What a token takes within a layer: its row for each of its experts, in and out, and a few of its own. */
    private static long bytesPerToken(ModelConfig config) {
        long widest = config.feedForwards().stream()
                .mapToLong(shape -> shape instanceof FeedForward.Sparse sparse
                        ? 5L * sparse.topK() * config.hiddenSize()
                        : 3L * ((FeedForward.Dense) shape).intermediateSize())
                .max()
                .orElseThrow();
        return Float.BYTES * (widest + 12L * config.hiddenSize());
    }

    private static long bytes(Weights weights) {
        return weights.declared().stream().mapToLong(HeldWeight::bytes).sum();
    }

    private static String readable(long bytes) {
        return bytes < 1_000_000_000 ? "%.0f MB".formatted(bytes / 1e6) : "%.1f GB".formatted(bytes / 1e9);
    }
}
