package io.gatehouse.engine.graph.mixer;

import io.gatehouse.engine.graph.op.Rectangle;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * A convolution along the tokens for each channel by itself: y_t = bias + sum over j of w_j x_(t - K + 1 + j), where x is
 * 0, or what a prefix left, before the first token.
 */
final class CausalConvolution {
    private final Ops tf;
    private final Rectangle rectangle;
    private final int channels;
    private final int kernel;

    /** @param kernel K, how many tokens a token sees, itself included */
    CausalConvolution(Ops tf, Rectangle rectangle, int channels, int kernel) {
        this.tf = tf;
        this.rectangle = rectangle;
        this.channels = channels;
        this.kernel = kernel;
    }

    /**
     * @param output [B, S, channels]
     * @param state [B, K - 1, channels] the last inputs of each prompt
     */
    record Result(Operand<TFloat32> output, Operand<TFloat32> state) {}

    /**
     * @param x [B, S, channels]
     * @param weight [channels, K]
     * @param bias [channels]
     * @param before [1, K - 1, channels] the inputs before the first token; zeros if absent
     */
    Result build(
            Operand<TFloat32> x,
            Operand<TFloat32> weight,
            Optional<? extends Operand<TFloat32>> bias,
            Optional<? extends Operand<TFloat32>> before) {
        Operand<TFloat32> past = rectangle.forEachPrompt(
                before.isPresent() ? before.get() : tf.constant(new float[1][1][1]), kernel - 1, channels);
        Operand<TFloat32> sequence = tf.concat(List.of(past, x), tf.constant(1));
        Operand<TFloat32> byPosition = tf.linalg.transpose(weight, tf.constant(new int[] {1, 0}));
        Operand<TFloat32> sum = product(sequence, byPosition, 0);
        for (int j = 1; j < kernel; j++) {
            sum = tf.math.add(sum, product(sequence, byPosition, j));
        }
        return new Result(bias.isPresent() ? tf.math.add(sum, bias.get()) : sum, rectangle.last(sequence, kernel - 1));
    }

    /** [B, S, channels] w_j times the input that stands K - 1 - j tokens before each token. */
    private Operand<TFloat32> product(Operand<TFloat32> sequence, Operand<TFloat32> weight, int j) {
        Operand<TInt32> from = tf.constant(new int[] {0, j, 0});
        Operand<TInt32> size = tf.stack(List.of(tf.constant(-1), rectangle.width(), tf.constant(-1)));
        return tf.math.mul(tf.slice(sequence, from, size), tf.gather(weight, tf.constant(j), tf.constant(0)));
    }
}
