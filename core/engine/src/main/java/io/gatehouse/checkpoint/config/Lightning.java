package io.gatehouse.checkpoint.config;

import java.util.Optional;

/**
 * Lightning attention of MiniMax-01 (arXiv 2501.08313): a recurrence whose decay is fixed for each head of each layer. Head
 * h of H decays by exp(-depth × 2^(-8 (h + 1) / H)) from token to token.
 *
 * @param epsilon of the norm of the output
 * @param depth the slope's factor: it falls from about 1 in the first layer to about 0 in the last
 */
public record Lightning(int heads, int headDim, float epsilon, float depth) implements Mixer {
    private static final double SMALL = 1e-5;

    public Lightning {
        if (heads < 1 || headDim < 1) {
            throw new IllegalArgumentException("%d heads of size %d".formatted(heads, headDim));
        }
    }

    /** The factor of a layer, counted from 0: 1 - layer / (layers - 1 + 1e-5) + 1e-5, as in the model's own code. */
    public static float depth(int layer, int layers) {
        return (float) (1 - layer / (layers - 1 + SMALL) + SMALL);
    }

    @Override
    public Lightning shape() {
        return new Lightning(heads, headDim, epsilon, 1);
    }

    /** Slope of each head before it is multiplied by the layer's factor. */
    public float[] slopes() {
        float[] slopes = new float[heads];
        for (int head = 0; head < heads; head++) {
            slopes[head] = (float) Math.pow(2, -8.0 * (head + 1) / heads);
        }
        return slopes;
    }

    /** Entries of all queries, of all keys, and of all values. */
    public int width() {
        return heads * headDim;
    }

    /** Queries, keys, values and gates: projected, and in the order of chunks. */
    @Override
    public long workingEntries() {
        return 10L * width();
    }

    /** The state. */
    @Override
    public Optional<MixerCache> cache(int hiddenSize) {
        return MixerCache.ofState((long) heads * headDim * headDim);
    }
}
