package io.gatehouse.store.write;

import java.util.Arrays;

/** How often and how strongly each expert fired for some questions, in the order of the disk, as growing columns. */
final class UsageColumns {
    private static final int FIRST_ROWS = 4096;

    private int[] questionIds = new int[FIRST_ROWS];
    private short[] layers = new short[FIRST_ROWS];
    private boolean[] lasts = new boolean[FIRST_ROWS];
    private short[] experts = new short[FIRST_ROWS];
    private int[] counts = new int[FIRST_ROWS];
    private long[] weights = new long[FIRST_ROWS];
    private int rows;

    /** Adds the experts that fired for a question in a layer. */
    void add(int questionId, int layer, ExpertSums sums) {
        while (counts.length < rows + sums.slots()) {
            grow(2 * counts.length);
        }
        for (int slot = 0; slot < sums.slots(); slot++) {
            if (sums.count(slot) > 0) {
                questionIds[rows] = questionId;
                layers[rows] = (short) layer;
                lasts[rows] = sums.isLast(slot);
                experts[rows] = (short) sums.expert(slot);
                counts[rows] = sums.count(slot);
                weights[rows] = sums.weight(slot);
                rows++;
            }
        }
    }

    int[] questionIds() {
        return questionIds;
    }

    short[] layers() {
        return layers;
    }

    boolean[] lasts() {
        return lasts;
    }

    short[] experts() {
        return experts;
    }

    int[] counts() {
        return counts;
    }

    long[] weights() {
        return weights;
    }

    int rows() {
        return rows;
    }

    private void grow(int size) {
        questionIds = Arrays.copyOf(questionIds, size);
        layers = Arrays.copyOf(layers, size);
        lasts = Arrays.copyOf(lasts, size);
        experts = Arrays.copyOf(experts, size);
        counts = Arrays.copyOf(counts, size);
        weights = Arrays.copyOf(weights, size);
    }
}
