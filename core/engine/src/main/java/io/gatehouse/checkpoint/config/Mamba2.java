package io.gatehouse.checkpoint.config;

import java.util.Optional;

/**
 * Mamba-2 (Dao and Gu, arXiv 2405.21060): a recurrence whose decay is a number for each head; B and C are shared by the
 * heads of a group. The output times silu(z) is normed by group.
 *
 * @param states numbers of a state for each entry of a head: the size of B and of C
 * @param kernel tokens that the convolution sees
 * @param convolutionBias whether the convolution adds a bias
 * @param biased whether input and output projection add biases
 * @param epsilon of the norm
 * @param leastStep steps are at least this
 * @param greatestStep and at most this, which may be infinite
 */
public record Mamba2(
        int heads,
        int headDim,
        int groups,
        int states,
        int kernel,
        boolean convolutionBias,
        boolean biased,
        float epsilon,
        float leastStep,
        float greatestStep)
        implements Mixer {
    public Mamba2 {
        if (heads < 1 || headDim < 1 || states < 1 || kernel < 1) {
            throw new IllegalArgumentException("A size of %d heads of %d, %d states, kernel %d is not positive"
                    .formatted(heads, headDim, states, kernel));
        }
        if (groups < 1 || heads % groups != 0) {
            throw new IllegalArgumentException("%d heads in %d groups".formatted(heads, groups));
        }
    }

    /** Entries of all heads. */
    public int width() {
        return heads * headDim;
    }

    /** Entries that the convolution runs over: those of all heads, then B and C. */
    public int convolutionWidth() {
        return width() + 2 * groups * states;
    }

    /** Inputs, gates, B and C: projected, convolved, and in the order of chunks. */
    @Override
    public long workingEntries() {
        return 6L * (width() + convolutionWidth());
    }

    /** The last inputs of the convolution, and the state. */
    @Override
    public Optional<MixerCache> cache(int hiddenSize) {
        return MixerCache.ofState((long) convolutionWidth() * (kernel - 1) + (long) width() * states);
    }
}
