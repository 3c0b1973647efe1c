package io.gatehouse.store.write;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Counts and sums of weights of each expert of a layer, in the units of the file. Each expert has a slot for each
 * {@link TokenKind}, kind by kind.
 */
final class ExpertSums {
    /** The smallest weight where there are no weights; no weight is as large. */
    static final int NO_MINIMUM = Integer.MAX_VALUE;

    private final int experts;
    private final int[] counts;
    private final long[] weights;
    private final long[] squares;
    private final int[] smallest;
    private final int[] largest;

    /** @param experts of the layer */
    ExpertSums(int experts) {
        int slots = TokenKind.COUNT * experts;
        this.experts = experts;
        this.counts = new int[slots];
        this.weights = new long[slots];
        this.squares = new long[slots];
        this.smallest = new int[slots];
        this.largest = new int[slots];
        clear();
    }

    void clear() {
        Arrays.fill(counts, 0);
        Arrays.fill(weights, 0);
        Arrays.fill(squares, 0);
        Arrays.fill(smallest, NO_MINIMUM);
        Arrays.fill(largest, Integer.MIN_VALUE);
    }

    /** Adds the activations of a segment. */
    void add(Segment<RoutingBlock> segment) {
        RoutingBlock block = segment.columns();
        RoutingColumns columns = block.source();
        int ofLasts = slot(TokenKind.LAST_PROMPT, 0);
        int ofOthers = slot(TokenKind.ofOthers(columns.generated()), 0);
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

    void add(FiredExperts fired) {
        for (int row = 0; row < fired.rows(); row++) {
            int slot = fired.kinds()[row] * experts + fired.experts()[row];
            counts[slot] += fired.counts()[row];
            weights[slot] += fired.weights()[row];
            squares[slot] += fired.squares()[row];
            smallest[slot] = Math.min(smallest[slot], fired.smallest()[row]);
            largest[slot] = Math.max(largest[slot], fired.largest()[row]);
        }
    }

    /** Returns the sums of the experts that fired, in the order of their slots. */
    FiredExperts toFired() {
        FiredExperts fired = new FiredExperts(countFired());
        int row = 0;
        for (TokenKind kind : TokenKind.values()) {
            int first = slot(kind, 0);
            for (int expert = 0; expert < experts; expert++) {
                int slot = first + expert;
                if (counts[slot] > 0) {
                    fired.kinds()[row] = (byte) kind.place();
                    fired.experts()[row] = (short) expert;
                    fired.counts()[row] = counts[slot];
                    fired.weights()[row] = weights[slot];
                    fired.squares()[row] = squares[slot];
                    fired.smallest()[row] = smallest[slot];
                    fired.largest()[row] = largest[slot];
                    row++;
                }
            }
        }
        return fired;
    }

    /** Number of slots of experts that fired. */
    private int countFired() {
        int fired = 0;
        for (int count : counts) {
            fired += count > 0 ? 1 : 0;
        }
        return fired;
    }

    int slot(TokenKind kind, int expert) {
        return kind.place() * experts + expert;
    }

    int count(int slot) {
        return counts[slot];
    }

    /** Sum of the weights, or {@link LongFeed#ABSENT} if no activation of the slot has a weight. */
    long weight(int slot) {
        return isWeighed(slot) ? weights[slot] : LongFeed.ABSENT;
    }

    /** Sum of the weights of all experts, or {@link LongFeed#ABSENT} if no activation has a weight. */
    long weight(TokenKind kind) {
        int first = slot(kind, 0);
        IntStream slots = IntStream.range(first, first + experts).filter(this::isWeighed);
        return slots.mapToLong(slot -> weights[slot]).reduce(Long::sum).orElse(LongFeed.ABSENT);
    }

    /** Whether an activation has a weight. */
    boolean isWeighed() {
        return IntStream.range(0, smallest.length).anyMatch(this::isWeighed);
    }

    private boolean isWeighed(int slot) {
        return smallest[slot] != NO_MINIMUM;
    }
}
