package io.gatehouse.engine;

import java.util.List;

/**
 * All that a plain decoder computes for one prompt of T tokens; what lies between the layers of a mixture comes one
 * entry per router.
 *
 * @param lastLogits [vocabulary] after the last token
 * @param hiddenStates layers + 1 times [T][hidden]: embeddings, then each layer's output, the last after the final norm
 */
record PlainOutcome(double[] lastLogits, List<double[][]> hiddenStates, List<PlainRouting> routers) {
    /**
     * What one router decided.
     *
     * @param logits [T][experts]
     * @param gate [T][experts] probabilities that were chosen from
     * @param experts [T][top k], best first
     * @param weights [T][top k] as multiplied onto the experts' outputs
     * @param outputNorms [T][top k] of the experts' outputs before that
     */
    record PlainRouting(
            double[][] logits, double[][] gate, int[][] experts, double[][] weights, double[][] outputNorms) {
        PlainRouting(int tokens) {
            this(
                    new double[tokens][],
                    new double[tokens][],
                    new int[tokens][],
                    new double[tokens][],
                    new double[tokens][]);
        }
    }
}
