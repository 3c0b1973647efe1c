package io.gatehouse.store.write;

import io.gatehouse.store.schema.Units;

/**
 * Router decisions that wait for the writer, whose figures are converted into the units of the file when they are needed.
 * Copies of all of them would be as large again, and the garbage collector would copy those while they wait. The methods
 * that convert write what the rows {@code [from, from + rows)} have to the front of an array.
 *
 * @param source the decisions in the units of the model
 * @param spareMass what the selected experts have in probability beyond their weights, in {@link Units#ENTROPY}: nothing,
 *     but where the model renormalises; empty if not known. Kept because its sums take long.
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
            target[row] = Units.of(weights[(from + row) * topK + rank], Units.WEIGHT);
        }
    }

    boolean hasEntropy() {
        return source.entropy().length > 0;
    }

    /** In {@link Units#ENTROPY}. */
    void entropy(int from, int rows, short[] target) {
        float[] entropy = source.entropy();
        for (int row = 0; row < rows; row++) {
            target[row] = (short) Units.of(entropy[from + row], Units.ENTROPY);
        }
    }

    boolean hasMargin() {
        return source.margin().length > 0;
    }

    /** In {@link Units#MARGIN}. */
    void margin(int from, int rows, int[] target) {
        float[] margin = source.margin();
        for (int row = 0; row < rows; row++) {
            target[row] = Units.of(margin[from + row], Units.MARGIN);
        }
    }
}
