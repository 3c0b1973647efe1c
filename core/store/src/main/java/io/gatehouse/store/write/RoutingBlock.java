package io.gatehouse.store.write;

import io.gatehouse.store.schema.Units;

/**
 * Router decisions and their figures in the units of the file. Figures are converted when they are written, so that no
 * second array of them is allocated, which the garbage collector would copy while it waits for the writer. The methods
 * with a target write the values of the rows {@code [from, from + rows)} to its start.
 *
 * @param source the decisions in the units of the model
 * @param spareMass what the selected experts have in probability beyond their weights, in {@link Units#ENTROPY}: 0
 *     unless the model renormalises; empty if not known. Kept, because each needs all weights of a row.
 */
record RoutingBlock(RoutingColumns source, short[] spareMass) {
    static RoutingBlock of(RoutingColumns columns) {
        return new RoutingBlock(columns, spareMass(columns));
    }

    private static short[] spareMass(RoutingColumns columns) {
        float[] mass = columns.mass();
        float[] weights = columns.weights();
        int topK = columns.topK();
        short[] units = new short[mass.length];
        for (int row = 0; row < units.length; row++) {
            float sum = 0;
            for (int i = row * topK; i < (row + 1) * topK; i++) {
                sum += weights[i];
            }
            units[row] = (short) Units.of(mass[row] - sum, Units.ENTROPY);
        }
        return units;
    }

    /** Number of experts of each row. */
    int topK() {
        return source.topK();
    }

    /** Whether each row has an expert of the rank, from 0. */
    boolean hasRank(int rank) {
        return rank < source.topK();
    }

    /** Whether each row has an expert of the rank whose weight is known. */
    boolean hasWeight(int rank) {
        return hasRank(rank) && source.isWeighed();
    }

    /** The experts of a rank, from 0. */
    void experts(int rank, int from, int rows, short[] target) {
        short[] experts = source.experts();
        int topK = source.topK();
        for (int row = 0; row < rows; row++) {
            target[row] = experts[(from + row) * topK + rank];
        }
    }

    /** The weights of a rank, from 0, in {@link Units#WEIGHT}. */
    void weights(int rank, int from, int rows, int[] target) {
        float[] weights = source.weights();
        int topK = source.topK();
        for (int row = 0; row < rows; row++) {
            target[row] = weight(weights[(from + row) * topK + rank]);
        }
    }

    /** Returns the weight at a place of the source in {@link Units#WEIGHT}. */
    int weight(int place) {
        return weight(source.weights()[place]);
    }

    private static int weight(float value) {
        return Units.of(value, Units.WEIGHT);
    }

    boolean hasEntropy() {
        return source.entropy().length > 0;
    }

    /** In {@link Units#ENTROPY}. */
    void entropy(int from, int rows, short[] target) {
        for (int row = 0; row < rows; row++) {
            target[row] = entropy(from + row);
        }
    }

    /** Returns the entropy of a row in {@link Units#ENTROPY}. */
    short entropy(int row) {
        return (short) Units.of(source.entropy()[row], Units.ENTROPY);
    }

    boolean hasTopKEntropy() {
        return source.topKEntropy().length > 0;
    }

    /** Returns the entropy over the selected experts of a row in {@link Units#MARGIN}; kept only in sums. */
    int topKEntropy(int row) {
        return Units.of(source.topKEntropy()[row], Units.MARGIN);
    }

    boolean hasSpareMass() {
        return spareMass.length > 0;
    }

    void spareMass(int from, int rows, short[] target) {
        System.arraycopy(spareMass, from, target, 0, rows);
    }

    boolean hasMargin() {
        return source.margin().length > 0;
    }

    /** In {@link Units#MARGIN}. */
    void margin(int from, int rows, int[] target) {
        for (int row = 0; row < rows; row++) {
            target[row] = margin(from + row);
        }
    }

    /** Returns the margin of a row in {@link Units#MARGIN}. */
    int margin(int row) {
        return Units.of(source.margin()[row], Units.MARGIN);
    }
}
