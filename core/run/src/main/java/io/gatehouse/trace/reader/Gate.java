package io.gatehouse.trace.reader;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.transfer.TracedLayer;
import java.util.stream.IntStream;

/** Whole gates: what a router gave every expert, as logits or as probabilities, and the decisions they make. */
public final class Gate {
    /** How far the sum of a row of probabilities may be from 1: what half precision makes of 64 of them. */
    private static final double SLACK = 0.02;

    private Gate() {}

    /**
     * The decision of one token, at position 0.
     *
     * @param scores logits or probabilities of the experts
     */
    public static TracedLayer decisions(int layer, int topK, float[] scores, String place) {
        return decisions(layer, topK, scores.length, scores, place);
    }

    /**
     * The decisions of some tokens, at the positions from 0. Logits become probabilities by softmax; what is
     * non-negative and sums to one in every row is taken for probabilities already, as Hugging Face's version 5 returns
     * them for OLMoE. The weights are those probabilities, not renormalised.
     *
     * @param scores shape [tokens, experts]
     */
    public static TracedLayer decisions(int layer, int topK, int experts, float[] scores, String place) {
        if (topK < 1 || topK > experts) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s has %d experts in a layer, of which %d cannot be chosen".formatted(place, experts, topK));
        }
        int tokens = scores.length / experts;
        float[] gates = areProbabilities(scores, experts) ? scores.clone() : softmax(scores, experts);
        int[] chosen = new int[tokens * topK];
        float[] weights = new float[chosen.length];
        for (int token = 0; token < tokens; token++) {
            choose(gates, token * experts, experts, topK, chosen, token * topK);
            for (int i = token * topK; i < (token + 1) * topK; i++) {
                weights[i] = gates[token * experts + chosen[i]];
            }
        }
        return new TracedLayer(layer, topK, IntStream.range(0, tokens).toArray(), chosen, true, weights, gates);
    }

    /** Writes the most probable experts of a row, the best first and of equal ones the first, by insertion. */
    private static void choose(float[] gates, int row, int experts, int topK, int[] chosen, int from) {
        for (int expert = 0; expert < experts; expert++) {
            int place = Math.min(expert, topK);
            while (place > 0 && gates[row + expert] > gates[row + chosen[from + place - 1]]) {
                if (place < topK) {
                    chosen[from + place] = chosen[from + place - 1];
                }
                place--;
            }
            if (place < topK) {
                chosen[from + place] = expert;
            }
        }
    }

    /** Whether every row is of numbers from 0 whose sum is 1, as far as half precision goes. */
    public static boolean areProbabilities(float[] scores, int experts) {
        for (int row = 0; row < scores.length; row += experts) {
            double sum = 0;
            for (int i = row; i < row + experts; i++) {
                // NaN is none, either.
                if (!(scores[i] >= 0)) {
                    return false;
                }
                sum += scores[i];
            }
            if (!(Math.abs(sum - 1) <= SLACK)) {
                return false;
            }
        }
        return true;
    }

    /** The probabilities of rows of logits. */
    public static float[] softmax(float[] logits, int experts) {
        float[] gates = new float[logits.length];
        for (int row = 0; row < logits.length; row += experts) {
            double top = Double.NEGATIVE_INFINITY;
            for (int i = row; i < row + experts; i++) {
                top = Math.max(top, logits[i]);
            }
            double sum = 0;
            for (int i = row; i < row + experts; i++) {
                sum += Math.exp(logits[i] - top);
            }
            for (int i = row; i < row + experts; i++) {
                gates[i] = (float) (Math.exp(logits[i] - top) / sum);
            }
        }
        return gates;
    }
}
