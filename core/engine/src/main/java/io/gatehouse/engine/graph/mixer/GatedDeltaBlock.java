package io.gatehouse.engine.graph.mixer;

import io.gatehouse.checkpoint.config.GatedDelta;
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

/** Gated DeltaNet (Yang et al., arXiv 2412.06464), as in Qwen3-Next. */
final class GatedDeltaBlock<A extends TFloating> implements MixerBlock {
    private final Ops tf;
    private final GatedDelta mixer;
    private final int hidden;
    private final Class<A> type;
    private final Rectangle rectangle;
    private final MixerParts parts;

    /** @param prefixed whether prompts go on from the state of a prefix */
    GatedDeltaBlock(Ops tf, GatedDelta mixer, int hidden, Class<A> type, Rectangle rectangle, boolean prefixed) {
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

    /**
     * @param mixed [T, 2 x key width + value width] queries, keys and values
     * @param z [T, value width] gate of the output
     * @param rate [T, value heads] before the sigmoid
     * @param decay [T, value heads] before bias and softplus
     */
    private record Projected(
            Operand<TFloat32> mixed, Operand<TFloat32> z, Operand<TFloat32> rate, Operand<TFloat32> decay) {}

    @Override
    public Output build(Operand<TFloat32> x, Weights weights) {
        Linear<A> linear = new Linear<>(tf, "linear_attn.", type, weights);
        Projected input = project(linear, x);
        int channels = 2 * mixer.keyWidth() + mixer.valueWidth();
        CausalConvolution.Result convolved = new CausalConvolution(tf, rectangle, channels, mixer.kernel())
                .build(
                        rectangle.of(input.mixed()),
                        linear.kernel("conv1d", channels, mixer.kernel()),
                        Optional.empty(),
                        parts.past(0));
        List<Operand<TFloat32>> qkv =
                parts.parts(parts.silu(convolved.output()), 3, mixer.keyWidth(), mixer.keyWidth(), mixer.valueWidth());
        LinearRecurrence.Shape shape = new LinearRecurrence.Shape(
                mixer.keyHeads(), mixer.valueHeads() / mixer.keyHeads(), mixer.keyDim(), mixer.valueDim());
        LinearRecurrence.Result result = new LinearRecurrence(tf, rectangle, shape)
                .delta(
                        scaled(parts.unit(qkv.get(0), mixer.keyHeads(), mixer.keyDim())),
                        parts.unit(qkv.get(1), mixer.keyHeads(), mixer.keyDim()),
                        qkv.get(2),
                        rectangle.of(decay(linear, input.decay())),
                        rectangle.of(tf.math.sigmoid(input.rate())),
                        parts.past(1));
        Operand<TFloat32> normed = parts.norm(
                rectangle.packed(result.output(), mixer.valueWidth()),
                mixer.valueWidth(),
                mixer.valueDim(),
                linear.vector("norm.weight", mixer.valueDim()),
                mixer.epsilon());
        Operand<TFloat32> gated = tf.math.mul(normed, parts.silu(input.z()));
        return new Output(
                linear.of(gated, "out_proj", hidden, mixer.valueWidth(), false),
                List.of(convolved.state(), result.state()));
    }

    private Operand<TFloat32> scaled(Operand<TFloat32> queries) {
        return tf.math.mul(queries, tf.constant((float) (1 / Math.sqrt(mixer.keyDim()))));
    }

    /** -exp(A) softplus(a + bias). */
    private Operand<TFloat32> decay(Linear<A> linear, Operand<TFloat32> a) {
        int heads = mixer.valueHeads();
        Operand<TFloat32> rate = tf.math.neg(tf.math.exp(linear.vector("A_log", heads)));
        return tf.math.mul(rate, tf.math.softplus(tf.math.add(a, linear.vector("dt_bias", heads))));
    }

    private Projected project(Linear<A> linear, Operand<TFloat32> x) {
        int heads = mixer.valueHeads();
        return switch (mixer.projections()) {
            case SEPARATE ->
                new Projected(
                        linear.of(x, "in_proj_qkv", 2L * mixer.keyWidth() + mixer.valueWidth(), hidden, false),
                        linear.of(x, "in_proj_z", mixer.valueWidth(), hidden, false),
                        linear.of(x, "in_proj_b", heads, hidden, false),
                        linear.of(x, "in_proj_a", heads, hidden, false));
            case BY_KEY_HEAD ->
                byKeyHead(
                        linear.of(x, "in_proj_qkvz", 2L * mixer.keyWidth() + 2L * mixer.valueWidth(), hidden, false),
                        linear.of(x, "in_proj_ba", 2L * heads, hidden, false));
        };
    }

    private Projected byKeyHead(Operand<TFloat32> qkvz, Operand<TFloat32> ba) {
        int each = mixer.valueHeads() / mixer.keyHeads();
        List<Operand<TFloat32>> large = parts.parts(
                byHead(qkvz, 2 * mixer.keyDim() + 2 * each * mixer.valueDim()),
                3,
                mixer.keyDim(),
                mixer.keyDim(),
                each * mixer.valueDim(),
                each * mixer.valueDim());
        List<Operand<TFloat32>> small = parts.parts(byHead(ba, 2 * each), 3, each, each);
        return new Projected(
                tf.concat(
                        List.of(
                                flat(large.get(0), mixer.keyWidth()),
                                flat(large.get(1), mixer.keyWidth()),
                                flat(large.get(2), mixer.valueWidth())),
                        tf.constant(1)),
                flat(large.get(3), mixer.valueWidth()),
                flat(small.get(0), mixer.valueHeads()),
                flat(small.get(1), mixer.valueHeads()));
    }

    /** [T, key heads, columns]. */
    private Operand<TFloat32> byHead(Operand<TFloat32> x, int columns) {
        return tf.reshape(x, tf.constant(new int[] {-1, mixer.keyHeads(), columns}));
    }

    private Operand<TFloat32> flat(Operand<TFloat32> x, int columns) {
        return tf.reshape(x, tf.constant(new int[] {-1, columns}));
    }
}
