package io.gatehouse.checkpoint.config;

import java.util.Optional;

/**
 * Mamba (Gu and Dao, arXiv 2312.00752) with norms of step, B and C, as in Jamba.
 *
 * @param channels entries that each have a state of their own
 * @param states numbers that a channel's state has
 * @param rank entries from which the steps of all channels are made
 * @param kernel tokens that the convolution sees
 * @param convolutionBias whether the convolution adds a bias
 * @param biased whether input and output projection add biases
 * @param epsilon of the norms
 */
public record Mamba(
        int channels, int states, int rank, int kernel, boolean convolutionBias, boolean biased, float epsilon)
        implements Mixer {
    /** States are computed in whole blocks of this many. */
    private static final int STATE_BLOCK = 16;

    public Mamba {
        if (channels < 1 || states < 1 || rank < 1 || kernel < 1) {
            throw new IllegalArgumentException("A size of %d channels, %d states, rank %d, kernel %d is not positive"
                    .formatted(channels, states, rank, kernel));
        }
    }

    /** Inputs, gates and steps: projected, convolved, and in the order of tokens. */
    @Override
    public long workingEntries() {
        return 8L * channels;
    }

    /** The last inputs of the convolution, and the state. */
    @Override
    public Optional<MixerCache> cache(int hiddenSize) {
        return MixerCache.ofState(
                (long) channels * (kernel - 1 + STATE_BLOCK * ((states + STATE_BLOCK - 1) / STATE_BLOCK)));
    }
}
