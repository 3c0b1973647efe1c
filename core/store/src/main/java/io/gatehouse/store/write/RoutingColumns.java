package io.gatehouse.store.write;

import java.util.List;

/**
 * Router decisions of one layer over some tokens, as columns. Each array has one entry per row, {@code experts},
 * {@code weights} and the like have {@code topK} of them, row after row. The rows of a question are contiguous,
 * positions ascending.
 *
 * <p>An import may lack figures; their array is empty then, in all columns of its run.
 *
 * <p>The arrays are not copied: the caller must not change them afterwards.
 *
 * @param layer layer of the model, from 0
 * @param questionIds id of the question in the file
 * @param positions position of the token in its sequence, from 0; generated ones continue the prompt
 * @param last whether the token is the last one of its prompt
 * @param generated whether the model sampled the tokens, all of them; else they are of prompts
 * @param ranked whether the order of the experts is known; else it has no meaning
 * @param experts selected experts, the most probable first
 * @param weights factor of the output of each of those experts
 * @param lookahead by distance, from 1: the experts that the router would have chosen if it had seen what the block of an
 *     earlier layer with experts read, so many layers before; shorter in the first layers, empty if not recorded
 * @param scores score by which each of those experts was chosen, where it is not its probability; else empty
 * @param entropy entropy of the gate over all experts, in nats
 * @param topKEntropy entropy over the selected experts, renormalised to 1, in nats; known if the weights are
 * @param mass probability of the selected experts together; needs the weights
 * @param margin probability of the last chosen expert minus that of the next
 */
public record RoutingColumns(
        int layer,
        int topK,
        int[] questionIds,
        int[] positions,
        boolean[] last,
        boolean generated,
        boolean ranked,
        short[] experts,
        List<short[]> lookahead,
        float[] weights,
        float[] scores,
        float[] entropy,
        float[] topKEntropy,
        float[] mass,
        float[] margin) {
    public RoutingColumns {
        lookahead = List.copyOf(lookahead);
        if (layer < 0 || layer > Short.MAX_VALUE) {
            throw new IllegalArgumentException("Layer not in 0..%d: %d".formatted(Short.MAX_VALUE, layer));
        }
        if (topK < 1) {
            throw new IllegalArgumentException("Top-k below 1: " + topK);
        }
        int rows = questionIds.length;
        checkLength("positions", positions.length, rows);
        checkLength("last", last.length, rows);
        checkLength("experts", experts.length, Math.multiplyExact(rows, topK));
        for (short[] chosen : lookahead) {
            checkOptional("lookahead", chosen.length, Math.multiplyExact(rows, topK));
        }
        checkOptional("weights", weights.length, Math.multiplyExact(rows, topK));
        checkOptional("scores", scores.length, Math.multiplyExact(rows, topK));
        checkOptional("entropy", entropy.length, rows);
        checkLength("topKEntropy", topKEntropy.length, weights.length == 0 ? 0 : rows);
        checkOptional("mass", mass.length, weights.length == 0 ? 0 : rows);
        checkOptional("margin", margin.length, rows);
    }

    /** Decisions about tokens of prompts. */
    public RoutingColumns(
            int layer,
            int topK,
            int[] questionIds,
            int[] positions,
            boolean[] last,
            boolean ranked,
            short[] experts,
            float[] weights,
            float[] entropy,
            float[] topKEntropy,
            float[] mass,
            float[] margin) {
        this(
                layer,
                topK,
                questionIds,
                positions,
                last,
                false,
                ranked,
                experts,
                List.of(),
                weights,
                new float[0],
                entropy,
                topKEntropy,
                mass,
                margin);
    }

    /** Decisions about tokens of prompts, whose experts are ranked. */
    public RoutingColumns(
            int layer,
            int topK,
            int[] questionIds,
            int[] positions,
            boolean[] last,
            short[] experts,
            float[] weights,
            float[] entropy,
            float[] topKEntropy,
            float[] mass,
            float[] margin) {
        this(layer, topK, questionIds, positions, last, true, experts, weights, entropy, topKEntropy, mass, margin);
    }

    /** Number of tokens. */
    public int rows() {
        return questionIds.length;
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

    /** Whether no figure is missing. */
    boolean isComplete() {
        return ranked
                && weights.length == experts.length
                && entropy.length == rows()
                && mass.length == rows()
                && margin.length == rows();
    }

    private static void checkLength(String column, int length, int expected) {
        if (length != expected) {
            throw new IllegalArgumentException(
                    "Routing column %s has %d entries instead of %d".formatted(column, length, expected));
        }
    }

    private static void checkOptional(String column, int length, int expected) {
        if (length != 0) {
            checkLength(column, length, expected);
        }
    }
}
