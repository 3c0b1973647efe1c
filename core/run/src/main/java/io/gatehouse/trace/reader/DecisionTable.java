package io.gatehouse.trace.reader;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.transfer.TracedLayer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Gathers a sequence's decisions one expert at a time, in any order of layers and tokens. */
public final class DecisionTable {
    private final String place;
    private final boolean ranked;
    private final Map<Integer, Column> layers = new TreeMap<>();
    private boolean weighted;

    /**
     * @param place names the source in errors
     * @param ranked whether the experts of a token come best first
     */
    public DecisionTable(String place, boolean ranked) {
        this.place = place;
        this.ranked = ranked;
    }

    /** Adds an expert of a token, its weight unknown. */
    public void add(int layer, int token, int expert) {
        column(layer).add(token, expert, 0);
    }

    /** Adds an expert of a token. */
    public void add(int layer, int token, int expert, float weight) {
        weighted = true;
        column(layer).add(token, expert, weight);
    }

    private Column column(int layer) {
        if (layer >= TraceBounds.MOST) {
            throw corrupt(TraceBounds.hasLayer(layer));
        }
        return layers.computeIfAbsent(layer, unseen -> new Column());
    }

    /**
     * The decisions layer by layer.
     *
     * @throws GatehouseException CORRUPT_DATASET if tokens of a layer have different numbers of experts, or one twice
     */
    public List<TracedLayer> layers() {
        List<TracedLayer> traced = new ArrayList<>();
        layers.forEach((layer, column) -> traced.add(layer(layer, column.byToken())));
        return traced;
    }

    private TracedLayer layer(int layer, Column column) {
        int topK = column.run(0);
        int[] positions = new int[column.size / topK];
        for (int at = 0, row = 0; at < column.size; row++) {
            int chosen = column.run(at);
            int token = column.tokens[at];
            if (chosen != topK) {
                throw corrupt("has %d experts for token %d of layer %d, but %d for the first"
                        .formatted(chosen, token, layer, topK));
            }
            if (IntStream.range(at, at + topK)
                            .map(i -> column.experts[i])
                            .distinct()
                            .count()
                    != topK) {
                throw corrupt("names an expert twice for token %d of layer %d".formatted(token, layer));
            }
            positions[row] = token;
            at += topK;
        }
        return new TracedLayer(
                layer,
                topK,
                positions,
                Arrays.copyOf(column.experts, column.size),
                ranked,
                weighted ? Arrays.copyOf(column.weights, column.size) : new float[0],
                new float[0]);
    }

    private GatehouseException corrupt(String what) {
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s %s".formatted(place, what));
    }

    /** What is said of one layer. */
    private static final class Column {
        private int[] tokens = new int[8];
        private int[] experts = new int[8];
        private float[] weights = new float[8];
        private int size;

        void add(int token, int expert, float weight) {
            if (size == tokens.length) {
                tokens = Arrays.copyOf(tokens, 2 * size);
                experts = Arrays.copyOf(experts, 2 * size);
                weights = Arrays.copyOf(weights, 2 * size);
            }
            tokens[size] = token;
            experts[size] = expert;
            weights[size++] = weight;
        }

        /** The same by token; of a token in the order in which they came. */
        Column byToken() {
            if (IntStream.range(1, size).allMatch(i -> tokens[i - 1] <= tokens[i])) {
                return this;
            }
            Column sorted = new Column();
            // The place in the lower half keeps the order.
            IntStream.range(0, size)
                    .mapToLong(i -> (long) tokens[i] << Integer.SIZE | i)
                    .sorted()
                    .mapToInt(key -> (int) key)
                    .forEach(i -> sorted.add(tokens[i], experts[i], weights[i]));
            return sorted;
        }

        /** How many from a place on are of the token there. */
        int run(int at) {
            int end = at;
            while (end < size && tokens[end] == tokens[at]) {
                end++;
            }
            return end - at;
        }
    }
}
