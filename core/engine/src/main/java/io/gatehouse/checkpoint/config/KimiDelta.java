package io.gatehouse.checkpoint.config;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Kimi delta attention (arXiv 2510.26692): gated DeltaNet whose decay is a number for each channel of the keys, with a
 * sigmoid gate of the output.
 *
 * @param kernel tokens that the convolution sees
 * @param epsilon of the norm of the output
 * @param lowRank whether decay and gate are made by two projections with {@code headDim} entries between them, as in
 *     Kimi-Linear, or by one, as in Ling 3
 * @param lowerBound b where the decay is exp(b sigmoid(exp(A) (f + bias))); exp(-exp(A) softplus(f + bias)) if absent
 */
public record KimiDelta(int heads, int headDim, int kernel, float epsilon, boolean lowRank, OptionalDouble lowerBound)
        implements Mixer {
    public KimiDelta {
        if (heads < 1 || headDim < 1 || kernel < 1) {
            throw new IllegalArgumentException("%d heads of size %d, a kernel of %d".formatted(heads, headDim, kernel));
        }
    }

    /** Entries of all queries, of all keys, and of all values. */
    public int width() {
        return heads * headDim;
    }

    /** Queries, keys, values, decays and gates: projected, convolved, and in the order of chunks. */
    @Override
    public long workingEntries() {
        return 14L * width();
    }

    /** The last inputs of the convolution, and the state. */
    @Override
    public Optional<MixerCache> cache(int hiddenSize) {
        return MixerCache.ofState(3L * width() * (kernel - 1) + (long) heads * headDim * headDim);
    }
}
