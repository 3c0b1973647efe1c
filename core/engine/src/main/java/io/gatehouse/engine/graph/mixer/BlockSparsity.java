package io.gatehouse.engine.graph.mixer;

import io.gatehouse.checkpoint.config.Attention.BlockIndexer;
import io.gatehouse.engine.graph.op.Blocks;
import io.gatehouse.engine.graph.op.Rectangle;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Which blocks of tokens each token sees in the block-sparse attention of MiniMax-M3. Blocks are counted from the first
 * token of a text, so that what a token sees does not depend on where a prefix ends.
 */
final class BlockSparsity {
    private static final float LARGE = 1e30f;

    private final Ops tf;
    private final BlockIndexer indexer;
    private final int heads;
    private final Rectangle rectangle;

    /** @param heads key-value heads, each of which chooses by itself */
    BlockSparsity(Ops tf, BlockIndexer indexer, int heads, Rectangle rectangle) {
        this.tf = tf;
        this.indexer = indexer;
        this.heads = heads;
        this.rectangle = rectangle;
    }

    /**
     * The tokens that stand in other blocks than those that a token sees.
     *
     * @param queries [T, heads x size]
     * @param keys [T, size]
     * @param past [P, size] keys of a prefix
     * @return [heads, B, 1, S, P + S] 1 for the tokens of blocks that a token does not see
     */
    Operand<TFloat32> unseen(
            Operand<TFloat32> queries, Operand<TFloat32> keys, Optional<? extends Operand<TFloat32>> past) {
        Operand<TFloat32> own = rectangle.of(keys);
        Operand<TFloat32> all =
                past.isPresent() ? tf.concat(List.of(forEachPrompt(past.get()), own), tf.constant(1)) : own;
        Operand<TInt32> visible = tf.gather(tf.shape(all), tf.constant(1), tf.constant(0));
        Operand<TInt32> before = tf.math.sub(visible, rectangle.width());
        Operand<TInt32> size = tf.constant(indexer.blockSize());
        Operand<TInt32> count = tf.math.floorDiv(tf.math.add(visible, tf.constant(indexer.blockSize() - 1)), size);
        Operand<TInt32> position = tf.expandDims(tf.math.add(range(rectangle.width()), before), tf.constant(1));
        Operand<TFloat32> later =
                tf.dtypes.cast(tf.math.less(position, tf.expandDims(range(visible), tf.constant(0))), TFloat32.class);
        Operand<TFloat32> latest = latest(position, count, size);
        Operand<TFloat32> query = rectangle.of(queries);
        List<Operand<TFloat32>> byHead = IntStream.range(0, heads)
                .<Operand<TFloat32>>mapToObj(head -> {
                    Operand<TFloat32> scores = new Blocks(tf).batchMatMul(part(query, head), all, false, true);
                    Operand<TFloat32> causal = tf.math.sub(scores, tf.math.mul(later, tf.constant(LARGE)));
                    Operand<TFloat32> best = tf.math.add(largest(causal, visible, count, size), latest);
                    Operand<TFloat32> blocks = new TopTokens(tf).unseen(best, indexer.topBlocks());
                    return tokens(blocks, visible, size);
                })
                .toList();
        return tf.expandDims(tf.stack(byHead, Stack.axis(0L)), tf.constant(2));
    }

    /** [S, blocks] a large number for the latest blocks of each token, 0 for others. */
    private Operand<TFloat32> latest(Operand<TInt32> position, Operand<TInt32> count, Operand<TInt32> size) {
        Operand<TInt32> distance =
                tf.math.sub(tf.math.floorDiv(position, size), tf.expandDims(range(count), tf.constant(0)));
        Operand<TBool> near = tf.math.logicalAnd(
                tf.math.greaterEqual(distance, tf.constant(0)), tf.math.less(distance, tf.constant(indexer.latest())));
        return tf.math.mul(tf.dtypes.cast(near, TFloat32.class), tf.constant(LARGE));
    }

    /** [B, S, blocks] the largest of scores [B, S, tokens] in each block. */
    private Operand<TFloat32> largest(
            Operand<TFloat32> scores, Operand<TInt32> visible, Operand<TInt32> count, Operand<TInt32> size) {
        Operand<TInt32> missing = tf.math.sub(tf.math.mul(count, size), visible);
        Operand<TFloat32> filler =
                tf.fill(tf.stack(List.of(rectangle.batch(), rectangle.width(), missing)), tf.constant(-LARGE));
        Operand<TFloat32> whole = tf.concat(List.of(scores, filler), tf.constant(2));
        return tf.max(
                tf.reshape(whole, tf.stack(List.of(rectangle.batch(), rectangle.width(), count, size))),
                tf.constant(3));
    }

    /** [B, S, tokens] what [B, S, blocks] says of the block of each token. */
    private Operand<TFloat32> tokens(Operand<TFloat32> blocks, Operand<TInt32> visible, Operand<TInt32> size) {
        return tf.gather(blocks, tf.math.floorDiv(range(visible), size), tf.constant(2));
    }

    private Operand<TFloat32> part(Operand<TFloat32> queries, int head) {
        return tf.slice(queries, tf.constant(new int[] {0, 0, head * indexer.dim()}), tf.constant(new int[] {
            -1, -1, indexer.dim()
        }));
    }

    /** [B, P, size]. */
    private Operand<TFloat32> forEachPrompt(Operand<TFloat32> past) {
        Operand<TInt32> length = tf.gather(tf.shape(past), tf.constant(0), tf.constant(0));
        return tf.broadcastTo(
                tf.expandDims(past, tf.constant(0)),
                tf.stack(List.of(rectangle.batch(), length, tf.constant(indexer.dim()))));
    }

    private Operand<TInt32> range(Operand<TInt32> count) {
        return tf.range(tf.constant(0), count, tf.constant(1));
    }
}
