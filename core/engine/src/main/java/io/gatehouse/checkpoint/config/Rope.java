package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

import java.util.function.DoubleUnaryOperator;

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
     * Angle by which each pair of a head turns from one position to the next. Only {@link RopeScaling.Dynamic} looks at
     * {@code length}, which is the length of one text by itself and not of the longest in its batch: what a model makes
     * of a text must not depend on its neighbours.
     *
     * @param headDim size of a head, even
     * @param length tokens of the text
     * @return [headDim / 2], the fastest first
     */
    public double[] frequencies(int headDim, int length) {
        if (scaling instanceof RopeScaling.Linear linear) {
            return plain(theta, headDim, frequency -> frequency / linear.factor());
        }
        if (scaling instanceof RopeScaling.Dynamic dynamic) {
            return plain(dynamic.theta(theta, headDim, length), headDim, frequency -> frequency);
        }
        if (scaling instanceof RopeScaling.Llama3 llama3) {
            return plain(theta, headDim, llama3::scaled);
        }
        double[] frequencies = plain(theta, headDim, frequency -> frequency);
        if (scaling instanceof RopeScaling.Yarn yarn) {
            yarn.scale(frequencies, theta);
        }
        return frequencies;
    }

    /** What cosine and sine of every angle are multiplied with. */
    public double attentionFactor() {
        return scaling instanceof RopeScaling.Yarn yarn ? yarn.attentionFactor() : 1;
    }

    private static double[] plain(double theta, int headDim, DoubleUnaryOperator change) {
        double[] frequencies = new double[headDim / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = change.applyAsDouble(Math.pow(theta, -2.0 * i / headDim));
        }
        return frequencies;
    }
}
