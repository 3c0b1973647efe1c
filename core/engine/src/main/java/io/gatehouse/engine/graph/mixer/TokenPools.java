package io.gatehouse.engine.graph.mixer;

import io.gatehouse.engine.graph.op.Blocks;
import io.gatehouse.engine.graph.op.Rectangle;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Pools of neighbouring tokens that an indexer chooses (GLM-5.3-Flash), counted from the first token of a text. A token sees
 * whole pools before it, and of the pool that it stands in the tokens up to itself.
 */
final class TokenPools {
    private static final float MASKED = -1e30f;

    private final Ops tf;
    private final Rectangle rectangle;
    private final int size;
    private final Operand<TInt32> visible;
    private final Operand<TInt32> count;

    /**
     * @param size tokens of a pool
     * @param visible P + S, the tokens of a prefix and of the rectangle
     */
    TokenPools(Ops tf, Rectangle rectangle, int size, Operand<TInt32> visible) {
        this.tf = tf;
        this.rectangle = rectangle;
        this.size = size;
        this.visible = visible;
        this.count = tf.math.floorDiv(tf.math.add(visible, tf.constant(size - 1)), tf.constant(size));
    }

    /**
     * The key of each pool: the mean of its tokens' keys, weighed for each entry by a softmax over the tokens.
     *
     * @param tokens [B, P + S, 2 dim] key and gate of each token
     * @param positions [size, dim] what is added to the gates
     * @return [B, pools, dim]; that of a pool which is not whole is of no use
     */
    Operand<TFloat32> keys(Operand<TFloat32> tokens, int dim, Operand<TFloat32> positions) {
        Operand<TInt32> missing = tf.math.sub(tf.math.mul(count, tf.constant(size)), visible);
        Operand<TFloat32> filler =
                tf.fill(tf.stack(List.of(rectangle.batch(), missing, tf.constant(2 * dim))), tf.constant(0f));
        Operand<TFloat32> pools = tf.reshape(
                tf.concat(List.of(tokens, filler), tf.constant(1)),
                tf.stack(List.of(rectangle.batch(), count, tf.constant(size), tf.constant(2 * dim))));
        var parts = tf.split(tf.constant(3), pools, 2L).output();
        int[] tokensLast = {0, 1, 3, 2};
        Operand<TFloat32> gates = tf.linalg.transpose(tf.math.add(parts.get(1), positions), tf.constant(tokensLast));
        Operand<TFloat32> keys = tf.linalg.transpose(parts.get(0), tf.constant(tokensLast));
        return new Blocks(tf).sumLast(tf.math.mul(tf.nn.softmax(gates), keys));
    }

    /**
     * The tokens of pools that others score higher than.
     *
     * @param scores [B, S, pools]
     * @param most tokens of the pools that a token sees
     * @return [B, S, P + S] 1 for the tokens that a token does not see, 0 for others, later ones among them
     */
    Operand<TFloat32> unseen(Operand<TFloat32> scores, int most) {
        Operand<TInt32> next = tf.math.add(
                range(rectangle.width()), tf.math.sub(visible, tf.math.sub(rectangle.width(), tf.constant(1))));
        Operand<TInt32> after = tf.expandDims(next, tf.constant(1));
        Operand<TInt32> end = tf.math.mul(tf.math.add(range(count), tf.constant(1)), tf.constant(size));
        Operand<TBool> notWhole = tf.math.less(after, tf.expandDims(end, tf.constant(0)));
        Operand<TFloat32> whole =
                tf.math.add(scores, tf.math.mul(tf.dtypes.cast(notWhole, TFloat32.class), tf.constant(MASKED)));
        Operand<TFloat32> pools = new TopTokens(tf).unseen(whole, most / size);
        Operand<TInt32> token = range(visible);
        Operand<TFloat32> tokens = tf.gather(pools, tf.math.floorDiv(token, tf.constant(size)), tf.constant(2));
        Operand<TInt32> ownStart = tf.math.sub(after, tf.math.floorMod(after, tf.constant(size)));
        Operand<TBool> before = tf.math.less(tf.expandDims(token, tf.constant(0)), ownStart);
        return tf.math.mul(tokens, tf.dtypes.cast(before, TFloat32.class));
    }

    private Operand<TInt32> range(Operand<TInt32> end) {
        return tf.range(tf.constant(0), end, tf.constant(1));
    }
}
