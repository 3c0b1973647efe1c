package io.gatehouse.engine.graph.mixer;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.op.nn.TopK;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/** The choice of sparse attention: for each token those with the largest scores. */
final class TopTokens {
    private final Ops tf;

    TopTokens(Ops tf) {
        this.tf = tf;
    }

    /**
     * Which of N candidates each token does not see because others score higher. Of equal scores, that of the earlier
     * candidate counts as higher.
     *
     * @param scores [B, S, N]
     * @return [B, S, N] 1 for candidates that a token does not see, 0 for the {@code most} that it sees
     */
    Operand<TFloat32> unseen(Operand<TFloat32> scores, int most) {
        Operand<TInt32> shape = tf.shape(scores);
        Operand<TInt32> candidates = tf.gather(shape, tf.constant(2), tf.constant(0));
        Operand<TInt32> count = tf.math.minimum(tf.constant(most), candidates);
        TopK<TFloat32, TInt32> best = tf.nn.topK(scores, count, TInt32.class, TopK.sorted(false));
        Operand<TInt32> tokens = tf.math.mul(
                tf.gather(shape, tf.constant(0), tf.constant(0)), tf.gather(shape, tf.constant(1), tf.constant(0)));
        Operand<TInt32> all = tf.range(tf.constant(0), tokens, tf.constant(1));
        Operand<TInt32> eachRow = tf.broadcastTo(tf.expandDims(all, tf.constant(1)), tf.stack(List.of(tokens, count)));
        Operand<TInt32> cells = tf.stack(List.of(flat(eachRow), flat(best.indices())), Stack.axis(1L));
        Operand<TFloat32> ones = tf.fill(tf.expandDims(tf.math.mul(tokens, count), tf.constant(0)), tf.constant(1f));
        Operand<TFloat32> seen = tf.scatterNd(cells, ones, tf.stack(List.of(tokens, candidates)));
        return tf.math.sub(tf.constant(1f), tf.reshape(seen, tf.shape(scores)));
    }

    private <T extends TType> Operand<T> flat(Operand<T> x) {
        return tf.reshape(x, tf.constant(new int[] {-1}));
    }
}
