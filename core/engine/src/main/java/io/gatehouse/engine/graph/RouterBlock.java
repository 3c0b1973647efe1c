package io.gatehouse.engine.graph;

import io.gatehouse.checkpoint.config.FeedForward;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Max;
import org.tensorflow.op.nn.TopK;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/**
 * The gate of a mixture-of-experts layer: softmax over all experts in fp32, then the K most probable, ties to the lower
 * expert. Everything that a run records about a decision is computed here,
 * in the graph.
 */
public final class RouterBlock {
    /** Below this a probability counts as zero in an entropy: p ln p is 0 to all digits of a float. */
    private static final float TINY = 1e-30f;

    /** A logit whose probability is 0, and for which p ln p is 0, too. */
    private static final float OUT = -1e30f;

    private final Ops tf;
    private final Blocks blocks;
    private final FeedForward.Sparse shape;

    RouterBlock(Ops tf, FeedForward.Sparse shape) {
        this.tf = tf;
        this.blocks = new Blocks(tf);
        this.shape = shape;
    }

    /**
     * What the router computes for each token.
     *
     * @param logits [T, E] before softmax and mask
     * @param probabilities [T, E] that were chosen from
     * @param experts [T, K] the most probable first
     * @param weights [T, K] what multiplies the output of each
     */
    public record Decision(
            Operand<TFloat32> logits,
            Operand<TFloat32> probabilities,
            Operand<TInt32> experts,
            Operand<TFloat32> weights,
            Operand<TFloat32> entropy,
            Operand<TFloat32> topKEntropy,
            Operand<TFloat32> mass,
            Operand<TFloat32> margin) {}

    /**
     * @param own [T, E] logits
     * @param mask [E] 1 for experts that no token is sent to
     */
    Decision build(Operand<TFloat32> own, Optional<? extends Operand<TFloat32>> mask) {
        Operand<TFloat32> logits = mask.map(out -> masked(own, out)).orElse(own);
        Operand<TFloat32> probabilities = tf.nn.softmax(logits);
        int k = shape.topK();
        boolean allChosen = k == shape.experts();
        TopK<TFloat32, TInt32> ranked =
                tf.nn.topK(probabilities, tf.constant(allChosen ? k : k + 1), TInt32.class, TopK.sorted(true));
        Operand<TFloat32> chosen = columns(ranked.values(), 0, k);
        Operand<TFloat32> mass = blocks.sumLastKept(chosen);
        Operand<TFloat32> renormalised = tf.math.div(chosen, mass);
        Operand<TFloat32> last = columns(ranked.values(), k - 1, 1);
        Operand<TFloat32> margin = allChosen ? last : tf.math.sub(last, columns(ranked.values(), k, 1));
        return new Decision(
                own,
                probabilities,
                columns(ranked.indices(), 0, k),
                shape.normTopK() ? renormalised : chosen,
                entropy(probabilities, tf.nn.logSoftmax(logits)),
                entropy(renormalised, tf.math.log(tf.math.maximum(renormalised, tf.constant(TINY)))),
                flat(mass),
                flat(margin));
    }

    /** Takes masked experts out where one of them is among the most probable; other rows stay as they are. */
    private Operand<TFloat32> masked(Operand<TFloat32> logits, Operand<TFloat32> mask) {
        TopK<TFloat32, TInt32> wished = tf.nn.topK(tf.nn.softmax(logits), tf.constant(shape.topK()), TInt32.class);
        Operand<TFloat32> met = tf.max(blocks.rows(mask, wished.indices()), tf.constant(-1), Max.keepDims(true));
        Operand<TBool> out = tf.math.greater(tf.math.mul(met, tf.expandDims(mask, tf.constant(0))), tf.constant(0f));
        return tf.select(out, tf.constant(OUT), logits);
    }

    private Operand<TFloat32> entropy(Operand<TFloat32> p, Operand<TFloat32> logP) {
        return tf.math.neg(blocks.sumLast(tf.math.mul(p, logP)));
    }

    private Operand<TFloat32> flat(Operand<TFloat32> column) {
        return tf.reshape(column, tf.constant(new int[] {-1}));
    }

    private <T extends TType> Operand<T> columns(Operand<T> x, int from, int count) {
        return tf.slice(x, tf.constant(new int[] {0, from}), tf.constant(new int[] {-1, count}));
    }
}
