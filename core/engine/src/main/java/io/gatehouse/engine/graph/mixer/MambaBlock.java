package io.gatehouse.engine.graph.mixer;

import io.gatehouse.checkpoint.config.Mamba;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.engine.graph.op.Blocks;
import io.gatehouse.engine.graph.op.Linear;
import io.gatehouse.engine.graph.op.Rectangle;
import io.gatehouse.engine.graph.op.WeightSpec;
import io.gatehouse.engine.graph.op.Weights;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** Mamba (Gu and Dao, arXiv 2312.00752) with norms of step, B and C (Jamba, arXiv 2403.19887). */
final class MambaBlock<A extends TFloating> implements MixerBlock {
    private final Ops tf;
    private final Mamba mixer;
    private final int hidden;
    private final Class<A> type;
    private final Rectangle rectangle;
    private final MixerParts parts;

    /** @param prefixed whether prompts go on from the state of a prefix */
    MambaBlock(Ops tf, Mamba mixer, int hidden, Class<A> type, Rectangle rectangle, boolean prefixed) {
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
        // What the steps are made of is small, and exponents follow: in fp32 in every plan.
        Linear<TFloat32> exact = new Linear<>(tf, "mamba.", TFloat32.class, weights);
        int channels = mixer.channels();
        List<Operand<TFloat32>> input =
                parts.parts(linear.of(x, "in_proj", 2L * channels, hidden, mixer.biased()), 2, channels, channels);
        CausalConvolution.Result convolved = new CausalConvolution(tf, rectangle, channels, mixer.kernel())
                .build(
                        rectangle.of(input.get(0)),
                        linear.kernel("conv1d", channels, mixer.kernel()),
                        mixer.convolutionBias()
                                ? Optional.of(linear.vector("conv1d.bias", channels))
                                : Optional.empty(),
                        parts.past(0));
        Operand<TFloat32> values = parts.silu(convolved.output());
        Operand<TFloat32> packed = rectangle.packed(values, channels);
        List<Operand<TFloat32>> small = parts.parts(
                exact.of(packed, "x_proj", mixer.rank() + 2L * mixer.states(), channels, false),
                2,
                mixer.rank(),
                mixer.states(),
                mixer.states());
        Operand<TFloat32> step = tf.math.softplus(
                exact.of(normed(exact, "dt", small.get(0), mixer.rank()), "dt_proj", channels, mixer.rank(), true));
        Operand<TFloat32> rate = tf.math.neg(
                tf.math.exp(weights.value(WeightSpec.matrix("mamba.A_log", channels, mixer.states(), TFloat32.class))));
        SelectiveScan.Result result = new SelectiveScan(tf, rectangle, channels, mixer.states())
                .build(
                        values,
                        rectangle.of(step),
                        rectangle.of(normed(exact, "b", small.get(1), mixer.states())),
                        rectangle.of(normed(exact, "c", small.get(2), mixer.states())),
                        rate,
                        parts.past(1));
        Operand<TFloat32> output = tf.math.add(
                rectangle.packed(result.output(), channels), tf.math.mul(packed, linear.vector("D", channels)));
        Operand<TFloat32> gated = tf.math.mul(output, parts.silu(input.get(1)));
        return new Output(
                linear.of(gated, "out_proj", hidden, channels, mixer.biased()),
                List.of(convolved.state(), result.state()));
    }

    private Operand<TFloat32> normed(Linear<TFloat32> linear, String name, Operand<TFloat32> x, int size) {
        return new Blocks(tf)
                .norm(x, Norm.rms(mixer.epsilon()), "mamba." + name + "_layernorm", size, linear.weights());
    }
}
