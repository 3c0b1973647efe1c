package io.gatehouse.store.transfer;

import io.gatehouse.store.schema.Units;
import java.util.Arrays;

/**
 * One decision of a router in the units of the file, from the record of another engine.
 *
 * @param experts the experts, in the order of the source
 * @param weights their weights in units; empty if unknown
 * @param entropy entropy of the whole gate in units, -sum p ln p; 0 if unknown
 * @param spareMass probability of the selected experts together minus their weights, in units
 * @param margin probability of the least probable chosen expert minus that of the most probable other one, in units
 */
record TracedDecision(short[] experts, int[] weights, int entropy, int spareMass, int margin) {
    static TracedDecision of(TracedLayer layer, int row) {
        int topK = layer.topK();
        short[] experts = new short[topK];
        int[] weights = new int[layer.weights().length == 0 ? 0 : topK];
        float weightSum = 0;
        for (int rank = 0; rank < topK; rank++) {
            experts[rank] = (short) layer.experts()[row * topK + rank];
            if (weights.length > 0) {
                float weight = layer.weights()[row * topK + rank];
                weights[rank] = Units.of(weight, Units.WEIGHT);
                weightSum += weight;
            }
        }
        int width = layer.gateWidth();
        if (width == 0) {
            return new TracedDecision(experts, weights, 0, 0, 0);
        }
        float[] gate = Arrays.copyOfRange(layer.probabilities(), row * width, (row + 1) * width);
        boolean[] chosen = new boolean[width];
        for (short expert : experts) {
            chosen[expert] = true;
        }
        return ofGate(experts, weights, weightSum, gate, chosen);
    }

    private static TracedDecision ofGate(
            short[] experts, int[] weights, float weightSum, float[] gate, boolean[] chosen) {
        double entropy = 0;
        float mass = 0;
        float least = Float.MAX_VALUE;
        float next = 0;
        for (int expert = 0; expert < gate.length; expert++) {
            entropy -= gate[expert] > 0 ? gate[expert] * Math.log(gate[expert]) : 0;
            if (chosen[expert]) {
                mass += gate[expert];
                least = Math.min(least, gate[expert]);
            } else {
                next = Math.max(next, gate[expert]);
            }
        }
        return new TracedDecision(
                experts,
                weights,
                Units.of((float) entropy, Units.ENTROPY),
                Units.of(mass - weightSum, Units.ENTROPY),
                Units.of(Math.max(0, least - next), Units.MARGIN));
    }
}
