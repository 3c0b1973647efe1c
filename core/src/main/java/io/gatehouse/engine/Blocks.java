package io.gatehouse.engine;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** The small pieces of graph that attention, experts and head share. */
final class Blocks {
    private final Ops tf;

    Blocks(Ops tf) {
        this.tf = tf;
    }

    /** x / sqrt(mean(x^2) + epsilon) * weight over the last axis (Zhang and Sennrich, 2019). */
    Operand<TFloat32> rmsNorm(Operand<TFloat32> x, Operand<TFloat32> weight, float epsilon) {
        Operand<TFloat32> meanSquare = tf.math.mean(tf.math.square(x), tf.constant(-1), Mean.keepDims(true));
        Operand<TFloat32> scale = tf.math.rsqrt(tf.math.add(meanSquare, tf.constant(epsilon)));
        return tf.math.mul(weight, tf.math.mul(x, scale));
    }

    /** x [T, in] times the transpose of weight [out, in]: checkpoints store a projection by its outputs. */
    Operand<TFloat32> project(Operand<TFloat32> x, Operand<TFloat32> weight) {
        return tf.linalg.matMul(x, weight, MatMul.transposeB(true));
    }

    /** Rows of x along its first axis. */
    Gather<TFloat32> rows(Operand<TFloat32> x, Operand<TInt32> indexes) {
        return tf.gather(x, indexes, tf.constant(0));
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
