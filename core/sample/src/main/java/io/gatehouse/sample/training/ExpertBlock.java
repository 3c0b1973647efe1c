package io.gatehouse.sample.training;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.DynamicPartition;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/**
 * The router and experts of one layer. The router's softmax runs over all experts; the chosen ones are weighted with
 * their probabilities as they are, which do not sum to one. Each token is computed by its own experts only.
 */
final class ExpertBlock {
    /** Small, so that every expert is tried before routing settles. */
    private static final double ROUTER_DEVIATION = 0.02;

    private final Ops tf;
    private final Dimensions dimensions;
    private final Variable<TFloat32> router;
    private final Variable<TFloat32> gate;
    private final Variable<TFloat32> up;
    private final Variable<TFloat32> down;

    /**
     * What the block did.
     *
     * @param output {@code [T, D]}
     * @param probabilities {@code [T, experts]}
     * @param selected {@code [T, topK, experts]}, one where an expert was chosen
     */
    record Routed(Operand<TFloat32> output, Operand<TFloat32> probabilities, Operand<TFloat32> selected) {}

    ExpertBlock(Ops tf, Dimensions dimensions, Parameters parameters, String prefix) {
        this.tf = tf;
        this.dimensions = dimensions;
        int hidden = dimensions.hidden();
        int experts = dimensions.experts();
        int inner = dimensions.intermediate();
        double deviation = 1 / Math.sqrt(hidden);
        router = parameters.normal(prefix + "gate", ROUTER_DEVIATION, hidden, experts);
        gate = parameters.normal(prefix + "experts.gate_proj", deviation, experts, hidden, inner);
        up = parameters.normal(prefix + "experts.up_proj", deviation, experts, hidden, inner);
        down = parameters.normal(prefix + "experts.down_proj", 1 / Math.sqrt(inner), experts, inner, hidden);
    }

    /** Tokens {@code [T, D]} in. */
    Routed apply(Operand<TFloat32> x) {
        Operand<TFloat32> probabilities = tf.nn.softmax(tf.linalg.matMul(x, router));
        Operand<TInt32> chosen = tf.nn.topK(probabilities, tf.constant(dimensions.topK()), TInt32.class)
                .indices();
        Operand<TFloat32> selected =
                tf.oneHot(chosen, tf.constant(dimensions.experts()), tf.constant(1f), tf.constant(0f));
        // TopK has no gradient; the same weights read through the selection have.
        Operand<TFloat32> weights =
                tf.sum(tf.math.mul(selected, tf.expandDims(probabilities, tf.constant(1))), tf.constant(2));
        return new Routed(dispatch(x, chosen, weights), probabilities, selected);
    }

    /** {@code [T, D]}: the weighted sum of what each chosen expert makes of its token. */
    private Operand<TFloat32> dispatch(Operand<TFloat32> x, Operand<TInt32> chosen, Operand<TFloat32> weights) {
        long experts = dimensions.experts();
        Operand<TInt32> owners = byRank(chosen);
        DynamicPartition<TFloat32> inputs = tf.dynamicPartition(
                tf.concat(Collections.nCopies(dimensions.topK(), x), tf.constant(0)), owners, experts);
        DynamicPartition<TFloat32> shares = tf.dynamicPartition(byRank(weights), owners, experts);
        DynamicPartition<TInt32> places =
                tf.dynamicPartition(tf.range(tf.constant(0), tf.size(owners), tf.constant(1)), owners, experts);
        Unstack<TFloat32> gates = tf.unstack(gate, experts);
        Unstack<TFloat32> ups = tf.unstack(up, experts);
        Unstack<TFloat32> downs = tf.unstack(down, experts);
        List<Operand<TInt32>> indices = new ArrayList<>();
        List<Operand<TFloat32>> outputs = new ArrayList<>();
        for (int expert = 0; expert < experts; expert++) {
            Operand<TFloat32> input = inputs.outputs().get(expert);
            Operand<TFloat32> gated = tf.linalg.matMul(input, gates.output().get(expert));
            Operand<TFloat32> silu = tf.math.mul(gated, tf.math.sigmoid(gated));
            Operand<TFloat32> inner =
                    tf.math.mul(silu, tf.linalg.matMul(input, ups.output().get(expert)));
            // Weighting before the last matrix is the same sum, on a narrower array.
            Operand<TFloat32> share = tf.expandDims(shares.outputs().get(expert), tf.constant(1));
            outputs.add(
                    tf.linalg.matMul(tf.math.mul(inner, share), downs.output().get(expert)));
            indices.add(places.outputs().get(expert));
        }
        Operand<TInt32> ranks = tf.constant(new int[] {dimensions.topK(), -1, dimensions.hidden()});
        return tf.sum(tf.reshape(tf.dynamicStitch(indices, outputs), ranks), tf.constant(0));
    }

    /** {@code [T, topK]} to {@code [topK*T]}: all first choices, then all second ones, and so on. */
    private <T extends TType> Operand<T> byRank(Operand<T> perToken) {
        return tf.reshape(tf.linalg.transpose(perToken, tf.constant(new int[] {1, 0})), tf.constant(new int[] {-1}));
    }
}
