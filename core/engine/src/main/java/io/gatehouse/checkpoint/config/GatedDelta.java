package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Gated DeltaNet (Yang et al., arXiv 2412.06464): a convolution over queries, keys and values, then a recurrence with the
 * delta rule whose decay is a number for each head, then a norm of each head times silu(z).
 *
 * @param kernel tokens that the convolution sees
 * @param epsilon of the norm of the output
 * @param projections how the rows of the input projections stand
 */
public record GatedDelta(
        int keyHeads, int valueHeads, int keyDim, int valueDim, int kernel, float epsilon, Projections projections)
        implements Mixer {
    /** How the input projections are stored. */
    public enum Projections {
        /**
         * {@code in_proj_qkvz} and {@code in_proj_ba}: for each key head its query, its key, and the values and z of its
         * value heads; for each key head the b and the a of its value heads (Qwen3-Next).
         */
        BY_KEY_HEAD,
        /** {@code in_proj_qkv}, {@code in_proj_z}, {@code in_proj_b} and {@code in_proj_a} (Qwen3.5). */
        SEPARATE
    }

    public GatedDelta {
        requireNonNull(projections, "projections is null");
        if (keyHeads < 1 || valueHeads < keyHeads || valueHeads % keyHeads != 0) {
            throw new IllegalArgumentException(
                    "%d value heads cannot share %d key heads".formatted(valueHeads, keyHeads));
        }
        if (keyDim < 1 || valueDim < 1 || kernel < 1) {
            throw new IllegalArgumentException(
                    "Heads of size %d and %d, a kernel of %d".formatted(keyDim, valueDim, kernel));
        }
    }

    /** Entries of all queries, and of all keys. */
    public int keyWidth() {
        return keyHeads * keyDim;
    }

    /** Entries of all values. */
    public int valueWidth() {
        return valueHeads * valueDim;
    }

    /** Queries, keys, values and gates: projected, convolved, and in the order of chunks. */
    @Override
    public long workingEntries() {
        return 8L * (keyWidth() + valueWidth());
    }

    /** The last inputs of the convolution, and the state. */
    @Override
    public Optional<MixerCache> cache(int hiddenSize) {
        return MixerCache.ofState(
                (2L * keyWidth() + valueWidth()) * (kernel - 1) + (long) valueHeads * keyDim * valueDim);
    }
}
