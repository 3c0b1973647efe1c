package io.gatehouse.sample.training;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Split;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * What depends on the length of the batch alone: the rotary angles (Su et al. 2021, arXiv 2104.09864, in the layout
 * that rotates the two halves of a head) and the causal mask.
 */
final class Positions {
    private static final float MASKED = -1e9f;

    private final Ops tf;
    private final Operand<TInt32> batchShape;
    private final Operand<TFloat32> cosine;
    private final Operand<TFloat32> sine;
    private final Operand<TFloat32> causalMask;

    /**
     * Positions of a batch.
     *
     * @param tokens {@code [B, S]}, right-padded: a causal mask then hides padding from every real token
     */
    Positions(Ops tf, Dimensions dimensions, Operand<TInt32> tokens) {
        this.tf = tf;
        batchShape = tf.shape(tokens);
        Operand<TInt32> length = tf.slice(batchShape, tf.constant(new int[] {1}), tf.constant(new int[] {1}));
        Operand<TInt32> width =
                tf.concat(List.of(length, tf.constant(new int[] {dimensions.headDim()})), tf.constant(0));
        Operand<TInt32> origin = tf.constant(new int[] {0, 0});
        cosine = tf.slice(table(dimensions, true), origin, width);
        sine = tf.slice(table(dimensions, false), origin, width);
        Operand<TInt32> positions = tf.range(tf.constant(0), tf.squeeze(length), tf.constant(1));
        causalMask = tf.select(
                tf.math.greaterEqual(
                        tf.expandDims(positions, tf.constant(1)), tf.expandDims(positions, tf.constant(0))),
                tf.constant(0f),
                tf.constant(MASKED));
    }

    /** {@code [2]}: prompts and their length. */
    Operand<TInt32> batchShape() {
        return batchShape;
    }

    /** {@code [S, S]}: 0 where a token may look, a very negative number where it may not. */
    Operand<TFloat32> causalMask() {
        return causalMask;
    }

    /** Rotates {@code [B, heads, S, headDim]} by each token's position. */
    Operand<TFloat32> rotate(Operand<TFloat32> x) {
        Split<TFloat32> halves = tf.split(tf.constant(3), x, 2L);
        Operand<TFloat32> turned = tf.concat(
                List.of(tf.math.neg(halves.output().get(1)), halves.output().get(0)), tf.constant(3));
        return tf.math.add(tf.math.mul(x, cosine), tf.math.mul(turned, sine));
    }

    /** {@code [positions, headDim]}; angle of pair i at position p is {@code p * theta^(-2i/headDim)}. */
    private Operand<TFloat32> table(Dimensions dimensions, boolean ofCosine) {
        int headDim = dimensions.headDim();
        float[] table = new float[dimensions.positions() * headDim];
        for (int i = 0; i < table.length; i++) {
            int pair = i % headDim % (headDim / 2);
            int position = i / headDim;
            double angle = position * Math.pow(Dimensions.ROPE_THETA, -2.0 * pair / headDim);
            table[i] = (float) (ofCosine ? Math.cos(angle) : Math.sin(angle));
        }
        return tf.constant(Shape.of(dimensions.positions(), headDim), DataBuffers.of(table));
    }
}
