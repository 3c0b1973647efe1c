package io.gatehouse.engine.graph.mixer;

import io.gatehouse.checkpoint.config.KimiDelta;
import io.gatehouse.engine.graph.op.Linear;
import io.gatehouse.engine.graph.op.Rectangle;
import io.gatehouse.engine.graph.op.Weights;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** Kimi delta attention (arXiv 2510.26692). */
final class KimiDeltaBlock<A extends TFloating> implements MixerBlock {
    private final Ops tf;
    private final KimiDelta mixer;
    private final int hidden;
    private final Class<A> type;
    private final Rectangle rectangle;
    private final MixerParts parts;

    /** @param prefixed whether prompts go on from the state of a prefix */
    KimiDeltaBlock(Ops tf, KimiDelta mixer, int hidden, Class<A> type, Rectangle rectangle, boolean prefixed) {
        this.tf = tf;
        this.mixer = mixer;
        this.hidden = hidden;
        this.type = type;
        this.rectangle = rectangle;
        this.parts = new MixerParts(tf, prefixed ? 2 : 0);
    }

    @Override
    public List<Placeholder<? extends TFloating>> past() {
        return parts.past();
    }

    @Override
    public Output build(Operand<TFloat32> x, Weights weights) {
        Linear<A> linear = new Linear<>(tf, "self_attn.", type, weights);
        int width = mixer.width();
        Operand<TFloat32> projected = tf.concat(
                List.of(
                        linear.of(x, "q_proj", width, hidden, false),
                        linear.of(x, "k_proj", width, hidden, false),
                        linear.of(x, "v_proj", width, hidden, false)),
                tf.constant(1));
        Operand<TFloat32> kernels = tf.concat(
                List.of(
                        linear.kernel("q_conv1d", width, mixer.kernel()),
                        linear.kernel("k_conv1d", width, mixer.kernel()),
                        linear.kernel("v_conv1d", width, mixer.kernel())),
                tf.constant(0));
        CausalConvolution.Result convolved = new CausalConvolution(tf, rectangle, 3 * width, mixer.kernel())
                .build(rectangle.of(projected), kernels, Optional.empty(), parts.past(0));
        List<Operand<TFloat32>> qkv = parts.parts(parts.silu(convolved.output()), 3, width, width, width);
        Operand<TFloat32> scale = tf.constant((float) (1 / Math.sqrt(mixer.headDim())));
        LinearRecurrence.Shape shape = new LinearRecurrence.Shape(mixer.heads(), 1, mixer.headDim(), mixer.headDim());
        LinearRecurrence.Result result = new LinearRecurrence(tf, rectangle, shape)
                .channelDelta(
                        tf.math.mul(parts.unit(qkv.get(0), mixer.heads(), mixer.headDim()), scale),
                        parts.unit(qkv.get(1), mixer.heads(), mixer.headDim()),
                        qkv.get(2),
                        rectangle.of(decay(linear, x)),
                        rectangle.of(tf.math.sigmoid(linear.of(x, "b_proj", mixer.heads(), hidden, false))),
                        parts.past(1));
        Operand<TFloat32> normed = parts.norm(
                rectangle.packed(result.output(), width),
                width,
                mixer.headDim(),
                linear.vector("o_norm.weight", mixer.headDim()),
                mixer.epsilon());
        Operand<TFloat32> gated = tf.math.mul(normed, tf.math.sigmoid(perChannel(linear, x, "g")));
        return new Output(linear.of(gated, "o_proj", hidden, width, false), List.of(convolved.state(), result.state()));
    }

    /** [T, width]: the logarithm of the decay of each channel. */
    private Operand<TFloat32> decay(Linear<A> linear, Operand<TFloat32> x) {
        Operand<TFloat32> biased = tf.math.add(perChannel(linear, x, "f"), linear.vector("dt_bias", mixer.width()));
        Operand<TFloat32> byHead = tf.reshape(biased, tf.constant(new int[] {-1, mixer.heads(), mixer.headDim()}));
        Operand<TFloat32> rate = tf.expandDims(tf.math.exp(linear.vector("A_log", mixer.heads())), tf.constant(1));
        Operand<TFloat32> decay = mixer.lowerBound().isPresent()
                ? tf.math.mul(
                        tf.constant((float) mixer.lowerBound().getAsDouble()),
                        tf.math.sigmoid(tf.math.mul(rate, byHead)))
                : tf.math.neg(tf.math.mul(rate, tf.math.softplus(byHead)));
        return tf.reshape(decay, tf.constant(new int[] {-1, mixer.width()}));
    }

    /** [T, width] what is made of the input for each channel. */
    private Operand<TFloat32> perChannel(Linear<A> linear, Operand<TFloat32> x, String name) {
        if (!mixer.lowRank()) {
            return linear.of(x, name + "_proj", mixer.width(), hidden, false);
        }
        Operand<TFloat32> low = linear.of(x, name + "_a_proj", mixer.headDim(), hidden, false);
        return linear.of(low, name + "_b_proj", mixer.width(), mixer.headDim(), false);
    }
}
