package io.gatehouse.sample.training;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Variable;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;

/** {@code x / sqrt(mean(x²) + ε) * weight} over the last axis (Zhang and Sennrich 2019, arXiv 1910.07467). */
record RmsNorm(Ops tf, Variable<TFloat32> weight) {
    Operand<TFloat32> apply(Operand<TFloat32> x) {
        Operand<TFloat32> meanSquare = tf.math.mean(tf.math.square(x), tf.constant(-1), Mean.keepDims(true));
        Operand<TFloat32> scale = tf.math.rsqrt(tf.math.add(meanSquare, tf.constant(Dimensions.RMS_NORM_EPSILON)));
        return tf.math.mul(tf.math.mul(x, scale), weight);
    }
}
