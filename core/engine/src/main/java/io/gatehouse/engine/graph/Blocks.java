package io.gatehouse.engine.graph;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.linalg.EuclideanNorm;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/** The small pieces of graph that attention, experts and head share. */
public final class Blocks {
    /**
     * Rows come in blocks of this many so that results have the same bits. A product of fewer rows takes another path
     * through the matrix library, which adds in another order. Where an operation works on packets of values, those that
     * do not fill a packet are computed by other instructions. In whole blocks, a row's result was measured not to depend
     * on other rows.
     */
    public static final int ROW_BLOCK = 16;

    private final Ops tf;

    public Blocks(Ops tf) {
        this.tf = tf;
    }

    /** x / sqrt(mean(x^2) + epsilon) * weight over the last axis (Zhang and Sennrich, 2019). */
    Operand<TFloat32> rmsNorm(Operand<TFloat32> x, Operand<TFloat32> weight, float epsilon) {
        Operand<TFloat32> width = tf.dtypes.cast(tf.size(weight), TFloat32.class);
        Operand<TFloat32> length = tf.linalg.euclideanNorm(x, tf.constant(-1), EuclideanNorm.keepDims(true));
        Operand<TFloat32> meanSquare = tf.math.div(tf.math.square(length), width);
        Operand<TFloat32> scale = tf.math.rsqrt(tf.math.add(meanSquare, tf.constant(epsilon)));
        return tf.math.mul(weight, tf.math.mul(x, scale));
    }

    /** x [T, in] times the transpose of weight [out, in]: checkpoints store a projection by its outputs. */
    public <T extends TFloating> Operand<T> project(Operand<T> x, Operand<T> weight) {
        return tf.linalg.matMul(x, weight, MatMul.transposeB(true));
    }

    /** down(silu(gate(x)) * up(x)), gate and up stacked into one weight (Shazeer, arXiv 2002.05202). */
    <T extends TFloating> Operand<T> swiGlu(Operand<T> x, Operand<T> gateUp, Operand<T> down) {
        // Rows of the weight are split without a copy; columns of the product would be copied.
        var halves = tf.split(tf.constant(0), gateUp, 2L).output();
        Operand<T> gate = project(x, halves.get(0));
        return project(tf.math.mul(tf.math.mul(gate, tf.math.sigmoid(gate)), project(x, halves.get(1))), down);
    }

    /** x in another type, or x itself. */
    <T extends TFloating> Operand<T> cast(Operand<? extends TFloating> x, Class<T> type) {
        if (x.type() == type) {
            @SuppressWarnings("unchecked") // just compared
            Operand<T> same = (Operand<T>) x;
            return same;
        }
        return tf.dtypes.cast(x, type);
    }

    /** Rows of x along its first axis. */
    <T extends TType> Gather<T> rows(Operand<T> x, Operand<TInt32> indexes) {
        return tf.gather(x, indexes, tf.constant(0));
    }

    /** The first {@code count} rows of x [rows, columns]. */
    <T extends TType> Operand<T> first(Operand<T> x, Operand<TInt32> count) {
        return tf.slice(x, tf.constant(new int[] {0, 0}), tf.stack(List.of(count, tf.constant(-1))));
    }

    /** Sum over the last axis, which is dropped. */
    Operand<TFloat32> sumLast(Operand<TFloat32> x) {
        return tf.sum(x, tf.constant(-1));
    }

    /** Sum over the last axis, which stays with size 1. */
    Operand<TFloat32> sumLastKept(Operand<TFloat32> x) {
        return tf.sum(x, tf.constant(-1), Sum.keepDims(true));
    }
}
