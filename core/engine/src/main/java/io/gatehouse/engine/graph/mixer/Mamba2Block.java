package io.gatehouse.engine.graph.mixer;

import io.gatehouse.checkpoint.config.Mamba2;
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

/**
 * Mamba-2 (Dao and Gu, arXiv 2405.21060): for each head, with step d, h_t = exp(d_t A) h_(t-1) + B_t (d_t x_t)ᵀ and
 * y_t = h_tᵀ C_t + D x_t. That is linear attention with C as queries, B as keys and d x as values.
 */
final class Mamba2Block<A extends TFloating> implements MixerBlock {
    private final Ops tf;
    private final Mamba2 mixer;
    private final int hidden;
    private final Class<A> type;
    private final Rectangle rectangle;
    private final MixerParts parts;

    /** @param prefixed whether prompts go on from the state of a prefix */
    Mamba2Block(Ops tf, Mamba2 mixer, int hidden, Class<A> type, Rectangle rectangle, boolean prefixed) {
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
        Linear<A> linear = new Linear<>(tf, "mamba.", type, weights);
        int width = mixer.width();
        int channels = mixer.convolutionWidth();
        List<Operand<TFloat32>> input = parts.parts(
                linear.of(x, "in_proj", (long) width + channels + mixer.heads(), hidden, mixer.biased()),
                2,
                width,
                channels,
                mixer.heads());
        CausalConvolution.Result convolved = new CausalConvolution(tf, rectangle, channels, mixer.kernel())
                .build(
                        rectangle.of(input.get(1)),
                        linear.kernel("conv1d", channels, mixer.kernel()),
                        mixer.convolutionBias()
                                ? Optional.of(linear.vector("conv1d.bias", channels))
                                : Optional.empty(),
                        parts.past(0));
        int shared = mixer.groups() * mixer.states();
        List<Operand<TFloat32>> xbc = parts.parts(parts.silu(convolved.output()), 3, width, shared, shared);
        Operand<TFloat32> step = step(linear, input.get(2));
        Operand<TFloat32> rate = tf.math.neg(tf.math.exp(linear.vector("A_log", mixer.heads())));
        Operand<TFloat32> values = byHead(xbc.get(0));
        Operand<TFloat32> stepped = tf.math.mul(values, tf.expandDims(rectangle.of(step), tf.constant(3)));
        LinearRecurrence.Shape shape = new LinearRecurrence.Shape(
                mixer.groups(), mixer.heads() / mixer.groups(), mixer.states(), mixer.headDim());
        LinearRecurrence.Result result = new LinearRecurrence(tf, rectangle, shape)
                .decayed(xbc.get(2), xbc.get(1), stepped, rectangle.of(tf.math.mul(step, rate)), parts.past(1));
        Operand<TFloat32> skip = tf.math.mul(values, tf.expandDims(linear.vector("D", mixer.heads()), tf.constant(1)));
        Operand<TFloat32> output = tf.math.add(rectangle.packed(result.output(), width), rectangle.packed(skip, width));
        Operand<TFloat32> normed = parts.norm(
                tf.math.mul(output, parts.silu(input.get(0))),
                width,
                width / mixer.groups(),
                linear.vector("norm.weight", width),
                mixer.epsilon());
        return new Output(
                linear.of(normed, "out_proj", hidden, width, mixer.biased()),
                List.of(convolved.state(), result.state()));
    }

    /** [T, heads] d. */
    private Operand<TFloat32> step(Linear<A> linear, Operand<TFloat32> dt) {
        Operand<TFloat32> step = tf.math.softplus(tf.math.add(dt, linear.vector("dt_bias", mixer.heads())));
        return tf.math.minimum(
                tf.math.maximum(step, tf.constant(mixer.leastStep())), tf.constant(mixer.greatestStep()));
    }

    /** [B, S, width] to [B, S, heads, dim]. */
    private Operand<TFloat32> byHead(Operand<TFloat32> x) {
        return tf.reshape(
                x,
                tf.stack(List.of(
                        rectangle.batch(),
                        rectangle.width(),
                        tf.constant(mixer.heads()),
                        tf.constant(mixer.headDim()))));
    }
}
