package io.gatehouse.checkpoint;

/** How the angles of a rotary embedding are changed so that a model reads longer texts than it was first trained on. */
public sealed interface RopeScaling {
    /** They are not. */
    record None() implements RopeScaling {}

    /** All frequencies are divided by {@code factor} (Chen et al., arXiv 2306.15595). */
    record Linear(double factor) implements RopeScaling {}

    /**
     * For a text longer than {@code originalMaxPositions}, theta grows with its length ("dynamic NTK"). Within it,
     * nothing changes.
     */
    record Dynamic(double factor, int originalMaxPositions) implements RopeScaling {}

    /**
     * Frequencies are divided by {@code factor} where their wavelength is longer than {@code originalMaxPositions /
     * lowFrequencyFactor}, kept where it is shorter than {@code originalMaxPositions / highFrequencyFactor}, and
     * interpolated between (Llama 3.1).
     */
    record Llama3(double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalMaxPositions)
            implements RopeScaling {}

    /**
     * YaRN (Peng et al., arXiv 2309.00071): interpolates between divided and kept frequencies over the dimensions that
     * turn between {@code betaSlow} and {@code betaFast} times within {@code originalMaxPositions}.
     *
     * @param attentionFactor what cosine and sine are multiplied with
     * @param truncated whether the bounds of the interpolation are rounded outwards to whole dimensions
     */
    record Yarn(
            double factor,
            double betaFast,
            double betaSlow,
            int originalMaxPositions,
            double attentionFactor,
            boolean truncated)
            implements RopeScaling {}
}
