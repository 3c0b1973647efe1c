package io.gatehouse.sample.routing;

import java.util.Random;

/**
 * A router that decides at random as OLMoE-1B-7B does on average: gaussian logits of 64 experts that have a part common
 * to the layer (some experts are popular), a part common to the prompt (its topic) and a part of each token; softmax;
 * the best 8 with their probabilities as weights. The spread of the logits grows with depth so that, as measured on
 * that model, the weights of a token sum to 0.3 to 0.4 in the first half of the layers and to 0.55 in the last, and
 * the entropy of the gate falls from 3.9 to 3.4 nats.
 */
final class SyntheticRouter {
    static final int LAYERS = 16;
    static final int EXPERTS = 64;
    static final int TOP_K = 8;

    private static final double COMMON = 0.4;
    private static final double TOPIC = 0.4;
    private static final double TOKEN = 0.82;
    private static final double SPREAD_OF_SPREADS = 0.25;

    private final Random random;
    private final double spread;
    private final double[] common = new double[EXPERTS];
    private final double[] topic = new double[EXPERTS];
    private final double[] gates = new double[EXPERTS];

    SyntheticRouter(int layer, long seed) {
        this.random = new Random(seed * LAYERS + layer);
        double depth = (double) layer / (LAYERS - 1);
        this.spread = 0.75 + 0.6 * depth * depth;
        fill(common, COMMON);
    }

    /** Begins another prompt. */
    void nextPrompt() {
        fill(topic, TOPIC);
    }

    /** Decides about one token and writes the decision into row {@code row}. */
    void route(Decisions decisions, int row) {
        softmax();
        double entropy = 0;
        for (double gate : gates) {
            entropy -= gate * Math.log(gate);
        }
        double mass = 0;
        double last = 0;
        for (int rank = 0; rank < TOP_K; rank++) {
            int best = best();
            last = gates[best];
            mass += last;
            decisions.experts()[row * TOP_K + rank] = (short) best;
            decisions.weights()[row * TOP_K + rank] = (float) last;
            gates[best] = 0;
        }
        decisions.entropy()[row] = (float) entropy;
        decisions.topKEntropy()[row] = (float) topKEntropy(decisions.weights(), row, mass);
        decisions.mass()[row] = (float) mass;
        decisions.margin()[row] = (float) (last - gates[best()]);
    }

    private void softmax() {
        double temperature = spread * Math.exp(SPREAD_OF_SPREADS * random.nextGaussian());
        double sum = 0;
        for (int expert = 0; expert < EXPERTS; expert++) {
            double logit = common[expert] + topic[expert] + TOKEN * random.nextGaussian();
            gates[expert] = Math.exp(temperature * logit);
            sum += gates[expert];
        }
        for (int expert = 0; expert < EXPERTS; expert++) {
            gates[expert] /= sum;
        }
    }

    private int best() {
        int best = 0;
        for (int expert = 1; expert < EXPERTS; expert++) {
            if (gates[expert] > gates[best]) {
                best = expert;
            }
        }
        return best;
    }

    private static double topKEntropy(float[] weights, int row, double mass) {
        double entropy = 0;
        for (int i = row * TOP_K; i < (row + 1) * TOP_K; i++) {
            double share = weights[i] / mass;
            entropy -= share * Math.log(share);
        }
        return entropy;
    }

    private void fill(double[] logits, double deviation) {
        for (int expert = 0; expert < EXPERTS; expert++) {
            logits[expert] = deviation * random.nextGaussian();
        }
    }

    /** What one layer decided about some tokens, as columns; {@code TOP_K} experts and weights a row. */
    record Decisions(
            short[] experts, float[] weights, float[] entropy, float[] topKEntropy, float[] mass, float[] margin) {
        static Decisions of(int rows) {
            return new Decisions(
                    new short[rows * TOP_K],
                    new float[rows * TOP_K],
                    new float[rows],
                    new float[rows],
                    new float[rows],
                    new float[rows]);
        }
    }
}
