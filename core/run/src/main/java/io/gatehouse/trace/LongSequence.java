package io.gatehouse.trace;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.Gate;
import io.gatehouse.trace.reader.TraceBounds;
import io.gatehouse.trace.reader.TraceShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Gathers the decisions of a sequence from rows of one expert each, in any order. */
final class LongSequence {
    /** In a position: the token was generated. */
    private static final int GENERATED = 1 << 29;

    /** Heap that a row takes while its arrays grow. */
    static final int ROW_BYTES = 56;

    /** Heap that a probability takes as what is read and as what is made of it. */
    static final int PROBABILITY_BYTES = 2 * Float.BYTES;

    /** ln of the most experts that a layer may have. */
    private static final float MOST_ENTROPY = (float) Math.log(TraceBounds.MOST);

    private final String place;
    private final String name;
    private final LongColumns columns;
    private final List<Optional<Column>> layers = new ArrayList<>();
    private int lastPrompt = -1;
    private int firstGenerated = Integer.MAX_VALUE;
    private long rows;

    /** @param place names the source in errors */
    LongSequence(String place, String name, LongColumns columns) {
        this.place = place;
        this.name = name;
        this.columns = columns;
    }

    /** Number of rows that were added. */
    long rows() {
        return rows;
    }

    /**
     * Adds an expert of a token; one below 0 pads a list.
     *
     * @param gate probabilities of all experts, with one expert of the token; else empty
     */
    void add(
            boolean generated,
            int position,
            int layer,
            int expert,
            int rank,
            float weight,
            float score,
            float entropy,
            float[] gate) {
        if (expert == -1) {
            return;
        }
        if (position < 0 || position > TraceShape.MOST_TOKENS) {
            throw corrupt("has position %d".formatted(position));
        }
        if (layer < 0 || layer >= TraceBounds.MOST) {
            throw corrupt(TraceBounds.hasLayer(layer));
        }
        if (expert < 0 || expert >= TraceBounds.MOST) {
            throw corrupt(TraceBounds.hasExpert(expert, layer));
        }
        if (!Float.isFinite(weight) || !Float.isFinite(score)) {
            throw corrupt("has weight %s and score %s for expert %d of layer %d, position %d"
                    .formatted(weight, score, expert, layer, position));
        }
        if (!(entropy >= 0) || entropy > MOST_ENTROPY) {
            throw corrupt(
                    "has entropy %s at position %d of layer %d; it is in nats, from 0 to the logarithm of the number of experts"
                            .formatted(entropy, position, layer));
        }
        if (generated) {
            firstGenerated = Math.min(firstGenerated, position);
        } else {
            lastPrompt = Math.max(lastPrompt, position);
        }
        rows++;
        column(layer).add(generated ? position | GENERATED : position, expert, rank, weight, score, entropy, gate);
    }

    private Column column(int layer) {
        while (layers.size() <= layer) {
            layers.add(Optional.empty());
        }
        Optional<Column> known = layers.get(layer);
        if (known.isPresent()) {
            return known.get();
        }
        Column column = new Column(columns.has(LongColumns.Meaning.PROBABILITIES));
        layers.set(layer, Optional.of(column));
        return column;
    }

    /**
     * Returns the sequence. Positions of generated tokens go on after the prompt: if they begin anew, they are counted from
     * its end. The prompt ends before the first of them, or else with its last known token.
     *
     * @throws GatehouseException CORRUPT_DATASET if tokens of a layer have different numbers of experts, or one twice
     */
    TracedSequence sequence() {
        boolean anew = firstGenerated <= lastPrompt;
        int shift = anew ? lastPrompt + 1 - firstGenerated : 0;
        int length = firstGenerated == Integer.MAX_VALUE ? lastPrompt + 1 : firstGenerated + shift;
        List<TracedLayer> traced = new ArrayList<>();
        for (int layer = 0; layer < layers.size(); layer++) {
            int number = layer;
            layers.get(layer).ifPresent(column -> traced.add(layer(number, column.inOrder(), shift)));
        }
        return new TracedSequence(name, Optional.empty(), "", new int[0], length, traced);
    }

    private TracedLayer layer(int layer, Column column, int shift) {
        int topK = column.run(0);
        int[] positions = new int[column.size / topK];
        float[] entropies = new float[positions.length];
        for (int at = 0, row = 0; at < column.size; row++) {
            int key = column.positions[at];
            int position = key < GENERATED ? key : key - GENERATED + shift;
            int chosen = column.run(at);
            if (chosen != topK) {
                throw corrupt("has %d experts for position %d of layer %d, but %d for the first"
                        .formatted(chosen, position, layer, topK));
            }
            for (int i = at + 1; i < at + topK; i++) {
                if (column.entropies[i] != column.entropies[at]) {
                    throw corrupt("has entropies %s and %s for position %d of layer %d"
                            .formatted(column.entropies[at], column.entropies[i], position, layer));
                }
                if (columns.has(LongColumns.Meaning.RANK) && column.ranks[i] == column.ranks[i - 1]) {
                    throw corrupt("has rank %d twice for position %d of layer %d"
                            .formatted(column.ranks[i], position, layer));
                }
            }
            positions[row] = position;
            entropies[row] = column.entropies[at];
            at += topK;
        }
        float[] gates = column.gated ? gates(layer, column, positions, topK) : new float[0];
        return new TracedLayer(
                layer,
                topK,
                positions,
                Arrays.copyOf(column.experts, column.size),
                columns.ranked(),
                columns.has(LongColumns.Meaning.WEIGHT) ? Arrays.copyOf(column.weights, column.size) : new float[0],
                columns.has(LongColumns.Meaning.SCORE) ? Arrays.copyOf(column.scores, column.size) : new float[0],
                columns.has(LongColumns.Meaning.ENTROPY) && !column.gated ? entropies : new float[0],
                gates);
    }

    /** The whole gates of a layer, token by token. */
    private float[] gates(int layer, Column column, int[] positions, int topK) {
        float[] gates = new float[0];
        int width = 0;
        for (int row = 0; row < positions.length; row++) {
            float[] gate = new float[0];
            int largest = 0;
            for (int i = row * topK; i < (row + 1) * topK; i++) {
                gate = column.gates[i].length > 0 ? column.gates[i] : gate;
                largest = Math.max(largest, column.experts[i]);
            }
            if (row == 0) {
                width = gate.length;
                gates = new float[Math.multiplyExact(width, positions.length)];
            }
            if (gate.length != width || largest >= width || !Gate.areProbabilities(gate, width)) {
                throw corrupt(
                        "has %d probabilities for position %d of layer %d; they must be as many as at its first position, include expert %d, and sum to 1"
                                .formatted(gate.length, positions[row], layer, largest));
            }
            System.arraycopy(gate, 0, gates, row * width, width);
        }
        return gates;
    }

    private GatehouseException corrupt(String what) {
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s %s".formatted(place, what));
    }

    /** The rows of one layer. */
    private static final class Column {
        private final boolean gated;
        private int[] positions = new int[64];
        private int[] experts = new int[64];
        private int[] ranks = new int[64];
        private float[] weights = new float[64];
        private float[] scores = new float[64];
        private float[] entropies = new float[64];
        private float[][] gates;
        private int size;

        Column(boolean gated) {
            this.gated = gated;
            this.gates = new float[gated ? positions.length : 0][];
        }

        void add(int position, int expert, int rank, float weight, float score, float entropy, float[] gate) {
            if (size == positions.length) {
                positions = Arrays.copyOf(positions, 2 * size);
                experts = Arrays.copyOf(experts, 2 * size);
                ranks = Arrays.copyOf(ranks, 2 * size);
                weights = Arrays.copyOf(weights, 2 * size);
                scores = Arrays.copyOf(scores, 2 * size);
                entropies = Arrays.copyOf(entropies, 2 * size);
                gates = Arrays.copyOf(gates, gated ? 2 * size : 0);
            }
            if (gated) {
                gates[size] = gate;
            }
            positions[size] = position;
            experts[size] = expert;
            ranks[size] = rank;
            weights[size] = weight;
            scores[size] = score;
            entropies[size++] = entropy;
        }

        /** The same by position and, if it is known, rank; else of a token in the order in which they came. */
        Column inOrder() {
            if (IntStream.range(1, size)
                    .allMatch(i -> positions[i - 1] < positions[i]
                            || (positions[i - 1] == positions[i] && ranks[i - 1] <= ranks[i]))) {
                return this;
            }
            Column sorted = new Column(gated);
            // A stable sort, so that the rank, or else the order, decides among the experts of a token.
            long[] keys = IntStream.range(0, size)
                    .mapToLong(i -> ((long) ranks[i] << Integer.SIZE) | i)
                    .sorted()
                    .toArray();
            int[] byRank = Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
            IntStream.range(0, size)
                    .mapToLong(i -> ((long) positions[byRank[i]] << Integer.SIZE) | i)
                    .sorted()
                    .mapToInt(key -> byRank[(int) key])
                    .forEach(i -> sorted.add(
                            positions[i],
                            experts[i],
                            ranks[i],
                            weights[i],
                            scores[i],
                            entropies[i],
                            gated ? gates[i] : new float[0]));
            return sorted;
        }

        /** How many from a place on are of the position there. */
        int run(int at) {
            int end = at;
            while (end < size && positions[end] == positions[at]) {
                end++;
            }
            return end - at;
        }
    }
}
