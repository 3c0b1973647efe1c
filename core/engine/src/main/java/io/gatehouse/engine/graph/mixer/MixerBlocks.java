package io.gatehouse.engine.graph.mixer;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.ExpertAttention;
import io.gatehouse.checkpoint.config.GatedDelta;
import io.gatehouse.checkpoint.config.KimiDelta;
import io.gatehouse.checkpoint.config.LatentAttention;
import io.gatehouse.checkpoint.config.Lightning;
import io.gatehouse.checkpoint.config.Mamba;
import io.gatehouse.checkpoint.config.Mamba2;
import io.gatehouse.checkpoint.config.Mixer;
import io.gatehouse.checkpoint.config.ShortConvolution;
import io.gatehouse.engine.graph.op.Rectangle;
import java.util.Optional;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/** The block of each kind of mixer: the one place that knows all of them. */
public final class MixerBlocks {
    private MixerBlocks() {}

    /**
     * The block for a mixer; none in a layer without one.
     *
     * @param type in which products are computed
     * @param prefixed whether prompts follow a prefix whose state is fed
     */
    public static <A extends TFloating> Optional<MixerBlock> of(
            Ops tf, Mixer mixer, int hiddenSize, Class<A> type, LayerInputs inputs, boolean prefixed) {
        if (mixer instanceof Attention attention) {
            return Optional.of(new AttentionBlock<>(tf, attention, hiddenSize, type, inputs, prefixed));
        }
        if (mixer instanceof ExpertAttention attention) {
            return Optional.of(new ExpertAttentionBlock<>(tf, attention, hiddenSize, type, inputs, prefixed));
        }
        Rectangle rectangle = new Rectangle(
                tf,
                inputs.padded(),
                inputs.packed(),
                inputs.tokens(),
                inputs.lanes().isPresent());
        if (mixer instanceof LatentAttention latent) {
            return Optional.of(new LatentAttentionBlock<>(tf, latent, hiddenSize, type, rectangle, inputs, prefixed));
        }
        if (mixer instanceof GatedDelta delta) {
            return Optional.of(new GatedDeltaBlock<>(tf, delta, hiddenSize, type, rectangle, prefixed));
        }
        if (mixer instanceof KimiDelta delta) {
            return Optional.of(new KimiDeltaBlock<>(tf, delta, hiddenSize, type, rectangle, prefixed));
        }
        if (mixer instanceof Lightning lightning) {
            return Optional.of(
                    new LightningBlock<>(tf, lightning, hiddenSize, type, rectangle, inputs.depth(), prefixed));
        }
        if (mixer instanceof Mamba mamba) {
            return Optional.of(new MambaBlock<>(tf, mamba, hiddenSize, type, rectangle, prefixed));
        }
        if (mixer instanceof Mamba2 mamba) {
            return Optional.of(new Mamba2Block<>(tf, mamba, hiddenSize, type, rectangle, prefixed));
        }
        if (mixer instanceof ShortConvolution convolution) {
            return Optional.of(new ShortConvolutionBlock<>(tf, convolution, hiddenSize, type, rectangle, prefixed));
        }
        return Optional.empty();
    }
}
