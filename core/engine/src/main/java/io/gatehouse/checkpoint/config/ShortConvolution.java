package io.gatehouse.checkpoint.config;

import java.util.Optional;

/**
 * The gated short convolution of LFM2: W (c × convolution(b × x)), where b, c and x are projections of the input.
 *
 * @param kernel tokens that the convolution sees
 * @param biased whether convolution and projections add biases
 */
public record ShortConvolution(int kernel, boolean biased) implements Mixer {
    public ShortConvolution {
        if (kernel < 1) {
            throw new IllegalArgumentException("A kernel of " + kernel);
        }
    }

    /** The last inputs of the convolution. */
    @Override
    public Optional<MixerCache> cache(int hiddenSize) {
        return MixerCache.ofState((long) hiddenSize * (kernel - 1));
    }
}
