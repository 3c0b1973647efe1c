package io.gatehouse.engine;

import io.gatehouse.checkpoint.FeedForward;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.TopK;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/**
 * The gate of a mixture-of-experts layer: softmax over all experts in fp32, then the K most probable, ties to the lower
 * expert. All of what a run records is computed here, in the graph.
 */
final class RouterBlock {
    /** Below this a probability counts as zero in an entropy: p ln p is 0 to all digits of a float. */
    private static final float TINY = 1e-30f;

    private final Ops tf;
    private final Blocks blocks;
    private final FeedForward.Sparse shape;

    RouterBlock(Ops tf, FeedForward.Sparse shape) {
        this.tf = tf;
        this.blocks = new Blocks(tf);
        this.shape = shape;
    }

    /**
     * @param logits [T, E] before softmax
     * @param probabilities [T, E]
     * @param experts [T, K] the most probable first
     * @param weights [T, K] what multiplies the output of each
     */
    record Decision(
            Operand<TFloat32> logits,
            Operand<TFloat32> probabilities,
            Operand<TInt32> experts,
            Operand<TFloat32> weights,
            Operand<TFloat32> entropy,
            Operand<TFloat32> topKEntropy,
            Operand<TFloat32> mass,
            Operand<TFloat32> margin) {}

    Decision build(Operand<TFloat32> logits) {
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
                logits,
                probabilities,
                columns(ranked.indices(), 0, k),
                shape.normTopK() ? renormalised : chosen,
                entropy(probabilities, tf.nn.logSoftmax(logits)),
                entropy(renormalised, tf.math.log(tf.math.maximum(renormalised, tf.constant(TINY)))),
                flat(mass),
                flat(margin));
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
