package io.gatehouse.store.write;

import io.gatehouse.store.schema.Units;
import java.util.List;

/**
 * Router decisions of one layer over some tokens in the units of the file, as {@link RoutingColumns} are in those of the
 * model. Here, too, figures that an import lacks are empty.
 *
 * @param experts for each rank, from the first, the expert of every token: the file has a column for each rank
 * @param lookahead as they are
 * @param weights for each rank the weight of every token, in {@link Units#WEIGHT}; none if they are not known
 * @param scores as they are
 * @param entropy in {@link Units#ENTROPY}
 * @param topKEntropy in {@link Units#MARGIN}; kept only in sums
 * @param spareMass what the selected experts have in probability beyond their weights, in {@link Units#ENTROPY}: nothing,
 *     but where the model renormalises
 * @param margin in {@link Units#MARGIN}
 */
record RoutingUnits(
        int layer,
        int topK,
        int[] questionIds,
        int[] positions,
        boolean[] last,
        boolean generated,
        boolean ranked,
        short[][] experts,
        List<short[]> lookahead,
        int[][] weights,
        float[] scores,
        short[] entropy,
        int[] topKEntropy,
        short[] spareMass,
        int[] margin) {
    static RoutingUnits of(RoutingColumns columns) {
        return new RoutingUnits(
                columns.layer(),
                columns.topK(),
                columns.questionIds(),
                columns.positions(),
                columns.last(),
                columns.generated(),
                columns.ranked(),
                experts(columns),
                columns.lookahead(),
                weights(columns),
                columns.scores(),
                shortUnits(columns.entropy(), Units.ENTROPY),
                units(columns.topKEntropy(), Units.MARGIN),
                spareMass(columns),
                units(columns.margin(), Units.MARGIN));
    }

    /** Whether the weights are known. */
    boolean isWeighed() {
        return weights.length > 0;
    }

    /** Whether the scores by which experts were chosen are known. */
    boolean isScored() {
        return scores.length > 0;
    }

    /** Whether the experts are known that would have been chosen so many layers before. */
    boolean looksAhead(int distance) {
        return distance <= lookahead.size() && lookahead.get(distance - 1).length > 0;
    }

    /** Number of ranks of each token of which a score or a lookahead is known. */
    int detailsPerRow() {
        return isScored() || lookahead.stream().anyMatch(chosen -> chosen.length > 0) ? topK : 0;
    }

    private static short[][] experts(RoutingColumns columns) {
        int topK = columns.topK();
        short[][] experts = new short[topK][columns.rows()];
        for (int rank = 0; rank < topK; rank++) {
            short[] ofRank = experts[rank];
            for (int row = 0; row < ofRank.length; row++) {
                ofRank[row] = columns.experts()[row * topK + rank];
            }
        }
        return experts;
    }

    private static int[][] weights(RoutingColumns columns) {
        if (columns.weights().length == 0) {
            return new int[0][];
        }
        int topK = columns.topK();
        int[][] weights = new int[topK][columns.rows()];
        for (int rank = 0; rank < topK; rank++) {
            int[] ofRank = weights[rank];
            for (int row = 0; row < ofRank.length; row++) {
                ofRank[row] = Units.of(columns.weights()[row * topK + rank], Units.WEIGHT);
            }
        }
        return weights;
    }

    private static int[] units(float[] values, int perOne) {
        int[] units = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            units[i] = Units.of(values[i], perOne);
        }
        return units;
    }

    private static short[] shortUnits(float[] values, int perOne) {
        short[] units = new short[values.length];
        for (int i = 0; i < values.length; i++) {
            units[i] = (short) Units.of(values[i], perOne);
        }
        return units;
    }

    private static short[] spareMass(RoutingColumns columns) {
        int topK = columns.topK();
        float[] weights = columns.weights();
        short[] units = new short[columns.mass().length];
        for (int row = 0; row < units.length; row++) {
            float sum = 0;
            for (int i = row * topK; i < (row + 1) * topK; i++) {
                sum += weights[i];
            }
            units[row] = (short) Units.of(columns.mass()[row] - sum, Units.ENTROPY);
        }
        return units;
    }
}
