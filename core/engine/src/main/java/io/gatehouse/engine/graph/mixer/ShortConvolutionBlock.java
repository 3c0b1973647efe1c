package io.gatehouse.engine.graph.mixer;

import io.gatehouse.checkpoint.config.ShortConvolution;
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

/** The gated short convolution of LFM2. */
final class ShortConvolutionBlock<A extends TFloating> implements MixerBlock {
    private final Ops tf;
    private final ShortConvolution mixer;
    private final int hidden;
    private final Class<A> type;
    private final Rectangle rectangle;
    private final MixerParts parts;

    /** @param prefixed whether prompts go on from the state of a prefix */
    ShortConvolutionBlock(
            Ops tf, ShortConvolution mixer, int hidden, Class<A> type, Rectangle rectangle, boolean prefixed) {
        this.tf = tf;
        this.mixer = mixer;
        this.hidden = hidden;
        this.type = type;
        this.rectangle = rectangle;
        this.parts = new MixerParts(tf, prefixed ? 1 : 0);
    }

    @Override
    public List<Placeholder<? extends TFloating>> past() {
        return parts.past();
    }

    @Override
    public Output build(Operand<TFloat32> x, Weights weights) {
        Linear<A> linear = new Linear<>(tf, "conv.", type, weights);
        List<Operand<TFloat32>> bcx =
                parts.parts(linear.of(x, "in_proj", 3L * hidden, hidden, mixer.biased()), 2, hidden, hidden, hidden);
        CausalConvolution.Result convolved = new CausalConvolution(tf, rectangle, hidden, mixer.kernel())
                .build(
                        rectangle.of(tf.math.mul(bcx.get(0), bcx.get(2))),
                        linear.kernel("conv", hidden, mixer.kernel()),
                        mixer.biased() ? Optional.of(linear.vector("conv.bias", hidden)) : Optional.empty(),
                        parts.past(0));
        Operand<TFloat32> gated = tf.math.mul(bcx.get(1), rectangle.packed(convolved.output(), hidden));
        return new Output(linear.of(gated, "out_proj", hidden, hidden, mixer.biased()), List.of(convolved.state()));
    }
}
