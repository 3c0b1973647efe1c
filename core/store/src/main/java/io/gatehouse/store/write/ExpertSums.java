package io.gatehouse.store.write;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Counts and sums of weights of each expert of some layers, in the units of the file. Each expert has a slot for the last
 * tokens of prompts and one for all tokens before them, layer by layer, the last tokens first. Where no activation of a
 * slot has a weight, its sums are {@link LongFeed#ABSENT}.
 */
final class ExpertSums {
    private static final int SLOT_BYTES = 3 * Integer.BYTES + 2 * Long.BYTES;

    private final int experts;
    private final int[] counts;
    private final long[] weights;
    private final long[] squares;
    private final int[] smallest;
    private final int[] largest;

    ExpertSums(int layers, int experts) {
        int slots = layers * 2 * experts;
        this.experts = experts;
        this.counts = new int[slots];
        this.weights = new long[slots];
        this.squares = new long[slots];
        this.smallest = new int[slots];
        this.largest = new int[slots];
        clear();
    }

    /** Memory of the sums of a model in bytes. */
    static long bytes(int layers, int experts) {
        return 2L * layers * experts * SLOT_BYTES;
    }

    void clear() {
        Arrays.fill(counts, 0);
        Arrays.fill(weights, 0);
        Arrays.fill(squares, 0);
        Arrays.fill(smallest, Integer.MAX_VALUE);
        Arrays.fill(largest, Integer.MIN_VALUE);
    }

    /** Adds the activations of a segment to layer 0. */
    void add(Segment<RoutingUnits> segment) {
        RoutingUnits columns = segment.columns();
        for (int row = segment.from(); row < segment.to(); row++) {
            if (columns.isWeighed()) {
                add(columns, row);
            } else {
                count(columns, row);
            }
        }
    }

    private void count(RoutingUnits columns, int row) {
        int first = slot(0, columns.last()[row], 0);
        for (int i = row * columns.topK(); i < (row + 1) * columns.topK(); i++) {
            counts[first + columns.experts()[i]]++;
        }
    }

    private void add(RoutingUnits columns, int row) {
        int first = slot(0, columns.last()[row], 0);
        int end = (row + 1) * columns.topK();
        for (int i = row * columns.topK(); i < end; i++) {
            int slot = first + columns.experts()[i];
            int weight = columns.weights()[i];
            counts[slot]++;
            weights[slot] += weight;
            squares[slot] += (long) weight * weight;
            smallest[slot] = Math.min(smallest[slot], weight);
            largest[slot] = Math.max(largest[slot], weight);
        }
    }

    /** Adds sums from {@code layer} on. The loops have no branches, so the JIT vectorises them. */
    void add(ExpertSums others, int layer) {
        int from = layer * 2 * experts;
        int slots = others.counts.length;
        for (int i = 0; i < slots; i++) {
            counts[from + i] += others.counts[i];
        }
        for (int i = 0; i < slots; i++) {
            weights[from + i] += others.weights[i];
        }
        for (int i = 0; i < slots; i++) {
            squares[from + i] += others.squares[i];
        }
        for (int i = 0; i < slots; i++) {
            smallest[from + i] = Math.min(smallest[from + i], others.smallest[i]);
        }
        for (int i = 0; i < slots; i++) {
            largest[from + i] = Math.max(largest[from + i], others.largest[i]);
        }
    }

    /** Returns the slots of experts that fired. */
    IntStream fired() {
        return IntStream.range(0, counts.length).filter(slot -> counts[slot] > 0);
    }

    int slots() {
        return counts.length;
    }

    int slot(int layer, boolean last, int expert) {
        return (2 * layer + (last ? 0 : 1)) * experts + expert;
    }

    int layer(int slot) {
        return slot / experts / 2;
    }

    /** Whether the slot is for last tokens. */
    boolean isLast(int slot) {
        return slot / experts % 2 == 0;
    }

    int expert(int slot) {
        return slot % experts;
    }

    int count(int slot) {
        return counts[slot];
    }

    /** Whether an activation of the slot has a weight; {@link #clear} sets a minimum that no weight has. */
    private boolean isWeighed(int slot) {
        return smallest[slot] != Integer.MAX_VALUE;
    }

    /** Whether an activation of the layer has a weight. */
    boolean isLayerWeighed(int layer) {
        int first = slot(layer, true, 0);
        return IntStream.range(first, first + 2 * experts).anyMatch(this::isWeighed);
    }

    long weight(int slot) {
        return isWeighed(slot) ? weights[slot] : LongFeed.ABSENT;
    }

    /** Sum of the weights of all experts of a layer. */
    long weight(int layer, boolean last) {
        int first = slot(layer, last, 0);
        IntStream slots = IntStream.range(first, first + experts).filter(this::isWeighed);
        return slots.mapToLong(slot -> weights[slot]).reduce(Long::sum).orElse(LongFeed.ABSENT);
    }

    /** Sum of the squared weights, in units of 2^-32. */
    long square(int slot) {
        return isWeighed(slot) ? squares[slot] : LongFeed.ABSENT;
    }

    long smallest(int slot) {
        return isWeighed(slot) ? smallest[slot] : LongFeed.ABSENT;
    }

    long largest(int slot) {
        return isWeighed(slot) ? largest[slot] : LongFeed.ABSENT;
    }
}
