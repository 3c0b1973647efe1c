package io.gatehouse.engine;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.Footprint;
import io.gatehouse.engine.graph.DecoderGraph;
import io.gatehouse.engine.graph.op.Weights;
import io.gatehouse.engine.memory.FreeMemory;
import io.gatehouse.engine.memory.LayerTensors;
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
 * @param layers where the weights of the layers are between the passes
 * @param weightBytes weights in memory at any time
 * @param totalBytes what the process is expected to take with micro-batches as large as the plan has them
 * @param batches how much may go through a layer at once
 */
public record MemoryPlan(LayerTensors.Mode layers, long weightBytes, long totalBytes, BatchLimit batches) {
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
     * @param resident bytes with all weights in memory: as the files have them where that takes less, beside two layers
     *     that are decoded
     * @param streamed least bytes with which it runs at all
     */
    public record Estimate(long resident, long streamed) {}

    /** Estimates from the headers of the files what a run in the plan will take, without loading anything. */
    public static Estimate estimate(Checkpoint checkpoint, Precision precision) {
        Footprint size = checkpoint.footprint();
        double widened = (double) size.widenedBytes() / size.parameters();
        double bytesEach = MARGIN * (precision == Precision.EXACT ? widened : Math.min(widened, Short.BYTES));
        Need need = Need.of(checkpoint.config());
        long decoded = (long) (bytesEach * size.parameters());
        long streamed = (long) (bytesEach * size.streamedParameters());
        long packed = (long) (MARGIN * size.layerBytes()) + streamed;
        return new Estimate(
                total(Math.min(decoded, packed) + MARGIN_BYTES, LARGEST, need),
                total(streamed + MARGIN_BYTES, SMALLEST, need));
    }

    /**
     * All weights in memory where that fits: decoded, or as the files have them where that takes less. Else streamed in
     * micro-batches as large as fit.
     */
    static MemoryPlan of(Checkpoint checkpoint, DecoderGraph graph, OptionalLong wanted) {
        long limit = wanted.orElseGet(FreeMemory::comfortable);
        Need need = Need.of(graph.config());
        List<List<Weights.Variable>> shapes = LayerTensors.shapes(graph);
        long decoded = LayerTensors.Resident.bytesOf(shapes);
        long packed = LayerTensors.Packed.bytesOf(checkpoint, shapes);
        MemoryPlan resident = packed < decoded
                ? plan(LayerTensors.Mode.PACKED, LARGEST, outer(graph) + packed, need, limit)
                : plan(LayerTensors.Mode.RESIDENT, LARGEST, outer(graph) + decoded, need, limit);
        if (resident.totalBytes() <= limit) {
            return resident;
        }
        long weights = outer(graph) + LayerTensors.Streamed.bytesOf(shapes);
        long fits = (limit - BASE_BYTES - weights) / need.bytes(1, 0);
        if (fits >= SMALLEST) {
            return plan(LayerTensors.Mode.STREAMED, (int) Math.min(LARGEST, fits), weights, need, limit);
        }
        throw new GatehouseException(
                ErrorCode.OUT_OF_MEMORY,
                "The model needs %s of memory even when its layers are streamed; it may take %s"
                        .formatted(MemorySize.readable(total(weights, SMALLEST, need)), MemorySize.readable(limit)));
    }

    private static long outer(DecoderGraph graph) {
        return LayerTensors.bytesOf(graph.embedding().weights().variables())
                + LayerTensors.bytesOf(graph.head().weights().variables());
    }

    /** Whether layers are read from the files for every pass. */
    public boolean streamed() {
        return layers == LayerTensors.Mode.STREAMED;
    }

    /** Whether layers are read or decoded for every pass, so that it should be of many tokens. */
    public boolean preparesLayers() {
        return layers != LayerTensors.Mode.RESIDENT;
    }

    /** For people: whether the weights stay in memory, and how large they are. */
    public String description() {
        String format = switch (layers) {
            case RESIDENT -> "resident, %s";
            case PACKED -> "resident and packed, %s";
            case STREAMED -> "streamed, %s in memory at a time";
        };
        return format.formatted(MemorySize.readable(weightBytes));
    }

    private static MemoryPlan plan(LayerTensors.Mode layers, int tokens, long weights, Need need, long limit) {
        BatchLimit batches = new BatchLimit(tokens, limit - BASE_BYTES - weights, need);
        return new MemoryPlan(layers, weights, total(weights, tokens, need), batches);
    }

    private static long total(long weights, int tokens, Need need) {
        return BASE_BYTES + weights + need.bytes(tokens, 0);
    }
}
