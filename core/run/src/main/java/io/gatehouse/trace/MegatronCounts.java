package io.gatehouse.trace;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.trace.reader.JsonRecords;
import io.gatehouse.trace.reader.TraceBounds;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Megatron's {@code tokens_per_expert/rank*.jsonl} ({@code megatron/training/activation_logging.py}): a line an iteration
 * and layer with {@code tpe}, the tokens of each expert in each microbatch. A run is one iteration, which the user names.
 * Layers of multi-token prediction are left out. The experts are those of the rank: with expert parallelism they are some
 * of the model's, and nothing says which.
 */
final class MegatronCounts implements TraceReader {
    private static final String TOKENS = "tpe";
    /** Numbers of iterations that an error names. */
    private static final int MOST_SHOWN = 5;

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        long step = shape.requireStep(file);
        Map<Integer, long[]> layers = new TreeMap<>();
        TreeSet<Integer> others = new TreeSet<>();
        FileMemory memory = FileMemory.of(file);
        JsonRecords.read(file, line -> {
            if (MegatronTrace.isMtp(line)) {
                return;
            }
            int iteration = line.field("iter").index();
            if (iteration != step) {
                others.add(iteration);
                if (others.size() > MOST_SHOWN) {
                    others.pollLast();
                }
                return;
            }
            int layer = line.field("layer").index();
            long[] sums = sums(file, line, layer, memory);
            if (layers.putIfAbsent(layer, sums) != null) {
                throw line.corrupt("counts layer %d of iteration %d again".formatted(layer, step));
            }
        });
        if (layers.isEmpty() && !others.isEmpty()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s has no iteration %d; its first ones are %s".formatted(file, step, others));
        }
        String name = String.valueOf(file.getFileName());
        int extension = name.indexOf('.');
        Optional<String> rank = Optional.of(extension > 0 ? name.substring(0, extension) : name);
        layers.forEach((layer, sums) -> listener.counts(new ExpertCounts(rank, layer, sums)));
    }

    /** The tokens of each expert in all microbatches. */
    private static long[] sums(Path file, JsonValue line, int layer, FileMemory memory) {
        JsonValue batches = line.field(TOKENS);
        if (batches.size() == 0) {
            throw batches.corrupt("has no microbatches");
        }
        int experts = batches.item(0).size();
        TraceBounds.requireExperts(file, experts);
        memory.take((long) experts * Long.BYTES);
        long[] sums = new long[experts];
        for (int i = 0; i < batches.size(); i++) {
            int[] counts = batches.item(i).indices();
            if (counts.length != experts) {
                throw batches.item(i)
                        .corrupt("has %d experts, but the first microbatch of layer %d has %d"
                                .formatted(counts.length, layer, experts));
            }
            for (int expert = 0; expert < experts; expert++) {
                sums[expert] += counts[expert];
            }
        }
        return sums;
    }
}
