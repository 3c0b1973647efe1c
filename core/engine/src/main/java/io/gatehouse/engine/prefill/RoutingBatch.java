package io.gatehouse.engine.prefill;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Optional;

/**
 * What the router of one layer decided for the tokens of one micro-batch, as columns of T rows. Row i is the token at
 * {@code positions[i]} of prompt {@code prompts[i]}; rows of one prompt are adjacent and in order. A prefix that
 * prompts share comes in a batch before theirs, once for each of them. The arrays are not copied: a listener must
 * not change them.
 *
 * @param layer layer of the model, from 0
 * @param prompts [T] index into the list of prompts given to the engine
 * @param positions [T] position in the prompt, from 0
 * @param topK number of experts each token is sent to, K
 * @param experts [T x K] chosen experts, the one with the largest selection score first
 * @param scores [T x K] selection score of each of them, bias included, where it is not its probability
 * @param weights [T x K] what multiplies the output of each of them
 * @param entropy [T] entropy over all experts in nats: -sum p ln p, where p are the router's scores without bias, divided
 *     by their sum
 * @param topKEntropy [T] the same over the chosen experts only, renormalised to sum to 1
 * @param mass [T] probability of the chosen experts together
 * @param margin [T] selection score of the k-th expert minus that of the next one that could have been chosen; the
 *     probability where experts are chosen by it or by logits
 * @param lookahead [T x K] experts that the router would choose if it saw what the block of an earlier layer read, by the
 *     number of layers with experts back, of the distances that the capture names and that there are
 * @param probabilities p of all E experts, of the tokens that the capture names; absent if of none
 * @param expertNorms L2 norm of each of the K chosen experts' output before it is weighed, of the tokens that the
 *     capture names; absent if of none
 */
public record RoutingBatch(
        int layer,
        int[] prompts,
        int[] positions,
        int topK,
        short[] experts,
        Optional<float[]> scores,
        float[] weights,
        float[] entropy,
        float[] topKEntropy,
        float[] mass,
        float[] margin,
        Map<Integer, short[]> lookahead,
        Optional<RowValues> probabilities,
        Optional<RowValues> expertNorms) {
    public RoutingBatch {
        int tokens = requireNonNull(prompts, "prompts is null").length;
        requireLength("positions", positions.length, tokens);
        requireLength("experts", experts.length, tokens * topK);
        scores.ifPresent(values -> requireLength("scores", values.length, tokens * topK));
        requireLength("weights", weights.length, tokens * topK);
        requireLength("entropy", entropy.length, tokens);
        requireLength("topKEntropy", topKEntropy.length, tokens);
        requireLength("mass", mass.length, tokens);
        requireLength("margin", margin.length, tokens);
        lookahead = Map.copyOf(lookahead);
        for (short[] chosen : lookahead.values()) {
            requireLength("lookahead", chosen.length, tokens * topK);
        }
        requireNonNull(probabilities, "probabilities is null");
        expertNorms.ifPresent(norms -> requireLength("expertNorms", norms.width(), topK));
    }

    /** Number of tokens, T. */
    public int tokens() {
        return prompts.length;
    }

    private static void requireLength(String column, int actual, int expected) {
        if (actual != expected) {
            throw new IllegalArgumentException("%s has %d values instead of %d".formatted(column, actual, expected));
        }
    }

    /**
     * Values of some rows of a batch. The arrays are not copied: a listener must not change them.
     *
     * @param rows [N] rows of the batch, ascending
     * @param width number of values of each row
     * @param values [N x width]
     */
    public record RowValues(int[] rows, int width, float[] values) {
        public RowValues {
            requireNonNull(rows, "rows is null");
            requireNonNull(values, "values is null");
            if (values.length != rows.length * width) {
                throw new IllegalArgumentException(
                        "%d values for %d rows of %d".formatted(values.length, rows.length, width));
            }
        }
    }
}
