package io.gatehouse.trace;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.format.BinaryFile;
import io.gatehouse.trace.reader.Gate;
import io.gatehouse.trace.reader.TraceBounds;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The whole gates that {@code llama-router-trace} of fitz-tec's llama.cpp writes (fitz-tec 0.1.1, {@code
 * tools/_trace_format.py}): {@code RTRACE01}, the number of experts and a zero, and then records of a token and layer: two
 * whole numbers and the probabilities of all experts, each of 32 bits. The file is one sequence, and does not say where its
 * prompt ends.
 */
final class RouterTrace implements TraceReader {
    private static final String MAGIC = "RTRACE01";
    private static final int HEAD_BYTES = 2 * Integer.BYTES;
    /** Heap that a probability takes as what is read and as what is made of it. */
    private static final int SCORE_BYTES = 3 * Float.BYTES;

    private static final int ROW_BYTES = 64;

    /** The gate of a layer at a token. */
    private record Row(int token, float[] gate) {}

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        int topK = shape.requireTopK(file);
        Map<Integer, List<Row>> layers;
        int experts;
        try (BinaryFile trace = BinaryFile.open(file)) {
            if (trace.remaining() < MAGIC.length()
                    || !trace.latin(MAGIC.length()).equals(MAGIC)) {
                throw trace.corrupt("does not begin with %s".formatted(MAGIC));
            }
            experts = trace.i32();
            int version = trace.i32();
            if (experts < 1 || experts > TraceBounds.MOST) {
                throw trace.corrupt(
                        "has %,d experts in a layer; there are from 1 to %,d".formatted(experts, TraceBounds.MOST));
            }
            if (version != 0) {
                throw trace.corrupt("has version %d of the format; version 0 is read".formatted(version));
            }
            layers = rows(file, trace, experts);
        }
        if (layers.isEmpty()) {
            throw corrupt(file, "has no records");
        }
        List<TracedLayer> traced = new ArrayList<>();
        layers.forEach((layer, rows) -> traced.add(layer(file, layer, topK, experts, rows)));
        int tokens = 1
                + layers.values().stream()
                        .mapToInt(rows -> rows.get(rows.size() - 1).token())
                        .max()
                        .orElse(-1);
        int prompt = shape.promptTokens().orElse(tokens);
        if (prompt > tokens) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "--prompt-tokens is %,d, but %s has %,d tokens".formatted(prompt, file, tokens));
        }
        listener.sequence(new TracedSequence("trace", Optional.empty(), "", new int[0], prompt, traced));
    }

    private static Map<Integer, List<Row>> rows(Path file, BinaryFile trace, int experts) {
        Map<Integer, List<Row>> layers = new TreeMap<>();
        FileMemory memory = FileMemory.of(file);
        long size = HEAD_BYTES + (long) experts * Float.BYTES;
        for (long number = 1; trace.remaining() > 0; number++) {
            if (trace.remaining() < size) {
                throw trace.corrupt("ends at byte %,d, within record %,d of %,d bytes"
                        .formatted(trace.position() + trace.remaining(), number, size));
            }
            int token = trace.i32();
            int layer = trace.i32();
            if (token < 0 || token > TraceShape.MOST_TOKENS || layer < 0 || layer >= TraceBounds.MOST) {
                throw trace.corrupt("has token %d of layer %d in record %,d".formatted(token, layer, number));
            }
            memory.take(ROW_BYTES + (long) experts * SCORE_BYTES);
            float[] gate = trace.floats(experts);
            if (!Gate.areProbabilities(gate, experts)) {
                throw trace.corrupt("has numbers in record %,d, of token %d in layer %d, that are not probabilities: %s"
                        .formatted(number, token, layer, shown(gate)));
            }
            layers.computeIfAbsent(layer, unseen -> new ArrayList<>()).add(new Row(token, gate));
        }
        layers.values().forEach(rows -> rows.sort(Comparator.comparingInt(Row::token)));
        return layers;
    }

    /** The first number that is none, or else the sum. */
    private static String shown(float[] gate) {
        double sum = 0;
        for (int expert = 0; expert < gate.length; expert++) {
            if (!(gate[expert] >= 0)) {
                return "expert %d has %s".formatted(expert, gate[expert]);
            }
            sum += gate[expert];
        }
        return "their sum is %s".formatted(sum);
    }

    private static TracedLayer layer(Path file, int layer, int topK, int experts, List<Row> rows) {
        float[] gates = new float[rows.size() * experts];
        int[] positions = new int[rows.size()];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = rows.get(i).token();
            if (i > 0 && positions[i] == positions[i - 1]) {
                throw corrupt(file, "has token %d of layer %d twice".formatted(positions[i], layer));
            }
            System.arraycopy(rows.get(i).gate(), 0, gates, i * experts, experts);
        }
        TracedLayer decided = Gate.decisions(layer, topK, experts, gates, file.toString());
        return new TracedLayer(
                layer, topK, positions, decided.experts(), true, decided.weights(), decided.probabilities());
    }

    private static GatehouseException corrupt(Path file, String what) {
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s %s".formatted(file, what));
    }
}
