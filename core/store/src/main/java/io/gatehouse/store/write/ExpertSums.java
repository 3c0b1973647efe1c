package io.gatehouse.store.write;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Counts and sums of weights of each expert of some layers, in the units of the file. Each expert has a slot for each
 * {@link TokenKind}, layer by layer and kind by kind. Where no activation of a slot has a weight, its sums are
 * {@link LongFeed#ABSENT}.
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
        int slots = layers * TokenKind.COUNT * experts;
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
        return (long) TokenKind.COUNT * layers * experts * SLOT_BYTES;
    }

    void clear() {
        Arrays.fill(counts, 0);
        Arrays.fill(weights, 0);
        Arrays.fill(squares, 0);
        Arrays.fill(smallest, Integer.MAX_VALUE);
        Arrays.fill(largest, Integer.MIN_VALUE);
    }

    /** Adds the activations of a segment to layer 0. */
    void add(Segment<RoutingBlock> segment) {
        RoutingBlock block = segment.columns();
        RoutingColumns columns = block.source();
        int ofLasts = slot(0, TokenKind.LAST_PROMPT, 0);
        int ofOthers = slot(0, TokenKind.ofOthers(columns.generated()), 0);
        int topK = columns.topK();
        for (int row = segment.from(); row < segment.to(); row++) {
            int first = columns.last()[row] ? ofLasts : ofOthers;
            if (columns.isWeighed()) {
                add(block, row * topK, topK, first);
            } else {
                count(columns.experts(), row * topK, topK, first);
            }
        }
    }

    private void count(short[] experts, int from, int topK, int first) {
        for (int i = from; i < from + topK; i++) {
            counts[first + experts[i]]++;
        }
    }

    private void add(RoutingBlock block, int from, int topK, int first) {
        short[] experts = block.source().experts();
        for (int i = from; i < from + topK; i++) {
            int slot = first + experts[i];
            int weight = block.weight(i);
            counts[slot]++;
            weights[slot] += weight;
            squares[slot] += (long) weight * weight;
            smallest[slot] = Math.min(smallest[slot], weight);
            largest[slot] = Math.max(largest[slot], weight);
        }
    }

    /** Adds sums from {@code layer} on. The loops have no branches, so the JIT vectorises them. */
    void add(ExpertSums others, int layer) {
        int from = layer * TokenKind.COUNT * experts;
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

    int slot(int layer, TokenKind kind, int expert) {
        return (TokenKind.COUNT * layer + kind.place()) * experts + expert;
    }

    int layer(int slot) {
        return slot / experts / TokenKind.COUNT;
    }

    /** Returns the tokens that the slot is for. */
    TokenKind kind(int slot) {
        return TokenKind.at(slot / experts % TokenKind.COUNT);
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
        int first = slot(layer, TokenKind.at(0), 0);
        return IntStream.range(first, first + TokenKind.COUNT * experts).anyMatch(this::isWeighed);
    }

    long weight(int slot) {
        return isWeighed(slot) ? weights[slot] : LongFeed.ABSENT;
    }

    /** Sum of the weights of all experts of a layer. */
    long weight(int layer, TokenKind kind) {
        int first = slot(layer, kind, 0);
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
