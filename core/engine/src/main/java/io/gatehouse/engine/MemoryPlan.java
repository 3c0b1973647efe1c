package io.gatehouse.engine;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.Footprint;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.engine.graph.DecoderGraph;
import io.gatehouse.engine.graph.Weights;
import io.gatehouse.engine.memory.FreeMemory;
import io.gatehouse.engine.prefill.BatchLimit;
import io.gatehouse.engine.prefill.BatchLimit.Need;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.MemorySize;
import java.util.List;
import java.util.OptionalLong;

/**
 * How a model is fitted into memory.
 *
 * @param streamed whether layers are read again for every pass, two at a time, instead of staying
 * @param weightBytes weights in memory at any time
 * @param totalBytes what the process is expected to take with micro-batches as large as the plan has them
 * @param batches how much may go through a layer at once
 */
public record MemoryPlan(boolean streamed, long weightBytes, long totalBytes, BatchLimit batches) {
    /** Larger micro-batches were measured to gain nothing. */
    private static final int LARGEST = 4096;

    private static final int SMALLEST = 256;

    /**
     * Java, TensorFlow and DuckDB themselves, and hidden states between layers: measured, with some to spare. Less where
     * Java's heap is bounded more narrowly.
     */
    private static final long BASE_BYTES =
            Math.min(1_200L << 20, (200L << 20) + Runtime.getRuntime().maxMemory());

    /** Overhead of weights that is not counted exactly, so that the estimate is rather too large. */
    private static final double MARGIN = 1.01;

    private static final long MARGIN_BYTES = 1 << 20;

    /**
     * Upper bounds of the memory of a run, from the files of its model.
     *
     * @param resident bytes with all weights in memory
     * @param streamed least bytes with which it runs at all
     */
    public record Estimate(long resident, long streamed) {}

    /** Estimates from the headers of the files what a run in the plan will take, without loading anything. */
    public static Estimate estimate(Checkpoint checkpoint, Precision precision) {
        Footprint size = checkpoint.footprint();
        double widened = (double) size.widenedBytes() / size.parameters();
        double bytesEach = MARGIN * (precision == Precision.EXACT ? widened : Math.min(widened, Short.BYTES));
        Need need = Need.of(checkpoint.config());
        return new Estimate(
                total((long) (bytesEach * size.parameters()) + MARGIN_BYTES, LARGEST, need),
                total((long) (bytesEach * size.streamedParameters()) + MARGIN_BYTES, SMALLEST, need));
    }

    /** Resident where that fits, else streamed in micro-batches as large as fit. */
    static MemoryPlan of(ModelConfig config, DecoderGraph graph, OptionalLong wanted) {
        long limit = wanted.orElseGet(FreeMemory::comfortable);
        Need need = Need.of(config);
        MemoryPlan resident = plan(false, LARGEST, outer(graph) + allLayers(config, graph), need, limit);
        if (resident.totalBytes() <= limit) {
            return resident;
        }
        long weights = outer(graph) + twoLayers(config, graph);
        long fits = (limit - BASE_BYTES - weights) / need.bytes(1, 0);
        if (fits >= SMALLEST) {
            return plan(true, (int) Math.min(LARGEST, fits), weights, need, limit);
        }
        throw new GatehouseException(
                ErrorCode.OUT_OF_MEMORY,
                "The model needs %s of memory even when its layers are streamed; it may take %s"
                        .formatted(MemorySize.readable(total(weights, SMALLEST, need)), MemorySize.readable(limit)));
    }

    private static long outer(DecoderGraph graph) {
        return bytes(graph.embedding().weights()) + bytes(graph.head().weights());
    }

    private static long allLayers(ModelConfig config, DecoderGraph graph) {
        return config.layers().stream()
                .mapToLong(layer -> bytes(graph.layerWeights(layer)))
                .sum();
    }

    /** Two of each set of weights that layers have. */
    private static long twoLayers(ModelConfig config, DecoderGraph graph) {
        return config.layers().stream()
                .map(layer -> graph.layerWeights(layer).variables())
                .distinct()
                .mapToLong(weights -> 2 * bytes(weights))
                .sum();
    }

    /** For people: whether the weights stay in memory, and how large they are. */
    public String description() {
        return (streamed ? "streamed, %s in memory at a time" : "resident, %s")
                .formatted(MemorySize.readable(weightBytes));
    }

    private static MemoryPlan plan(boolean streamed, int tokens, long weights, Need need, long limit) {
        BatchLimit batches = new BatchLimit(tokens, limit - BASE_BYTES - weights, need);
        return new MemoryPlan(streamed, weights, total(weights, tokens, need), batches);
    }

    private static long total(long weights, int tokens, Need need) {
        return BASE_BYTES + weights + need.bytes(tokens, 0);
    }

    private static long bytes(Weights weights) {
        return bytes(weights.variables());
    }

    private static long bytes(List<Weights.Variable> weights) {
        return weights.stream().mapToLong(Weights.Variable::bytes).sum();
    }
}
