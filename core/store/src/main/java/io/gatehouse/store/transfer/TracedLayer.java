package io.gatehouse.store.transfer;

import java.util.Arrays;

/**
 * The experts that the router of one layer chose for some tokens of a sequence.
 *
 * @param layer layer of the model, from 0
 * @param topK experts of each token
 * @param positions position of each token in its sequence, from 0, rising
 * @param experts the experts of each token, shape [tokens, topK]; best first where {@code ranked}
 * @param ranked whether the source says which expert comes first; else in order of their ids
 * @param weights factor of the output of each of these experts, shape [tokens, topK]; empty if unknown
 * @param scores score by which each of these experts was chosen, where it is not its probability; else empty
 * @param entropies entropy of the gate over all experts at each token, in nats; empty if unknown, or if the gate is known
 * @param probabilities the whole gate, shape [tokens, experts]; empty if unknown
 */
public record TracedLayer(
        int layer,
        int topK,
        int[] positions,
        int[] experts,
        boolean ranked,
        float[] weights,
        float[] scores,
        float[] entropies,
        float[] probabilities) {
    /** Of an entropy, less than half a unit of the store. */
    private static final double ROUNDING = 0.0004;

    public TracedLayer {
        if (layer < 0 || topK < 1) {
            throw new IllegalArgumentException("Layer %d with %d experts a token".formatted(layer, topK));
        }
        if (experts.length != positions.length * topK) {
            throw new IllegalArgumentException("Layer %d has %d experts for %d tokens of %d"
                    .formatted(layer, experts.length, positions.length, topK));
        }
        if (weights.length != 0 && weights.length != experts.length) {
            throw new IllegalArgumentException(
                    "Layer %d has %d weights for %d experts".formatted(layer, weights.length, experts.length));
        }
        if (scores.length != 0 && scores.length != experts.length) {
            throw new IllegalArgumentException(
                    "Layer %d has %d scores for %d experts".formatted(layer, scores.length, experts.length));
        }
        if (entropies.length != 0 && (entropies.length != positions.length || probabilities.length != 0)) {
            throw new IllegalArgumentException("Layer %d has %d entropies and %d probabilities for %d tokens"
                    .formatted(layer, entropies.length, probabilities.length, positions.length));
        }
    }

    /** A layer without scores and entropies. */
    public TracedLayer(
            int layer,
            int topK,
            int[] positions,
            int[] experts,
            boolean ranked,
            float[] weights,
            float[] probabilities) {
        this(layer, topK, positions, experts, ranked, weights, new float[0], new float[0], probabilities);
    }

    public int tokens() {
        return positions.length;
    }

    /** Number of its tokens before a position of the sequence. */
    int tokensBefore(int position) {
        int found = Arrays.binarySearch(positions, position);
        return found < 0 ? -found - 1 : found;
    }

    /** Number of experts that its entropies need: none is larger than the logarithm of their number. */
    int expertsOfEntropies() {
        float largest = 0;
        for (float entropy : entropies) {
            largest = Math.max(largest, entropy);
        }
        return entropies.length == 0 ? 0 : (int) Math.ceil(Math.exp(largest - ROUNDING));
    }

    /** Number of experts of the layer if the whole gate is known; else 0. */
    public int gateWidth() {
        return positions.length == 0 ? 0 : probabilities.length / positions.length;
    }
}
