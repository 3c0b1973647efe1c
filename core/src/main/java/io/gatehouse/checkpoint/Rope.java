package io.gatehouse.checkpoint;

import static java.util.Objects.requireNonNull;

/**
 * Rotary position embedding: pair i of a head turns by position × theta^(-2i / head size), as {@code scaling} changes
 * it.
 */
public record Rope(double theta, RopeScaling scaling) {
    public Rope {
        requireNonNull(scaling, "scaling is null");
        if (!(theta > 0) || Double.isInfinite(theta)) {
            throw new IllegalArgumentException("theta is " + theta);
        }
    }

    /**
     * Angle by which each pair of a head turns from one position to the next.
     *
     * @param headDim size of a head, even
     * @param length tokens of the text, which only {@link RopeScaling.Dynamic} looks at
     * @return [headDim / 2], the fastest first
     */
    public double[] frequencies(int headDim, int length) {
        double[] frequencies = new double[headDim / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = Math.pow(theta, -2.0 * i / headDim);
        }
        return frequencies;
    }

    /** What cosine and sine of every angle are multiplied with. */
    public double attentionFactor() {
        return scaling instanceof RopeScaling.Yarn yarn ? yarn.attentionFactor() : 1;
    }
}
