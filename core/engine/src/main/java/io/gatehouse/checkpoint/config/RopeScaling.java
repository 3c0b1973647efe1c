package io.gatehouse.checkpoint.config;

import java.util.List;

/** How the angles of a rotary embedding are changed so that a model reads longer texts than it was first trained on. */
public sealed interface RopeScaling {
    /** What configs call it. */
    String type();

    /** Tokens of the longest text that the model reads, where its config says {@code positions}. */
    default int maxPositions(int positions) {
        return positions;
    }

    /** Whether the angles of a text of this length are other ones than those of shorter texts. */
    default boolean dependsOn(int length) {
        return false;
    }

    /** They are not. */
    record None() implements RopeScaling {
        @Override
        public String type() {
            return "default";
        }
    }

    /** All frequencies are divided by {@code factor} (Chen et al., arXiv 2306.15595). */
    record Linear(double factor) implements RopeScaling {
        @Override
        public String type() {
            return "linear";
        }

        @Override
        public int maxPositions(int positions) {
            return stretched(positions, factor);
        }
    }

    /**
     * For a text longer than {@code originalMaxPositions}, theta grows with its length ("dynamic NTK"). Within it,
     * nothing changes.
     */
    record Dynamic(double factor, int originalMaxPositions) implements RopeScaling {
        @Override
        public String type() {
            return "dynamic";
        }

        @Override
        public int maxPositions(int positions) {
            return stretched(originalMaxPositions, factor);
        }

        @Override
        public boolean dependsOn(int length) {
            return length > originalMaxPositions;
        }

        /** theta × (factor × length / original - (factor - 1))^(dim / (dim - 2)), for lengths beyond the original. */
        double theta(double theta, int dims, int length) {
            double stretch = factor * Math.max(length, originalMaxPositions) / originalMaxPositions - (factor - 1);
            return theta * Math.pow(stretch, dims / (dims - 2.0));
        }
    }

    /** Theta is larger at every length: theta × alpha^(dim / (dim - 2)), which Hunyuan calls dynamic. */
    record Alpha(double alpha) implements RopeScaling {
        @Override
        public String type() {
            return "dynamic with alpha";
        }

        double theta(double theta, int dims) {
            return theta * Math.pow(alpha, dims / (dims - 2.0));
        }
    }

    /**
     * Frequencies are divided by {@code factor} where their wavelength is longer than {@code originalMaxPositions /
     * lowFrequencyFactor}, kept where it is shorter than {@code originalMaxPositions / highFrequencyFactor}, and
     * interpolated between (Llama 3.1). Where both factors are the same, as in Llama 4, nothing is between.
     */
    record Llama3(double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalMaxPositions)
            implements RopeScaling {
        @Override
        public String type() {
            return "llama3";
        }

        double scaled(double frequency) {
            double wavelength = 2 * Math.PI / frequency;
            if (wavelength >= originalMaxPositions / lowFrequencyFactor) {
                return frequency / factor;
            }
            if (wavelength < originalMaxPositions / highFrequencyFactor) {
                return frequency;
            }
            double kept = (originalMaxPositions / wavelength - lowFrequencyFactor)
                    / (highFrequencyFactor - lowFrequencyFactor);
            return (1 - kept) * frequency / factor + kept * frequency;
        }
    }

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
            implements RopeScaling {
        @Override
        public String type() {
            return "yarn";
        }

        /** Keeps the ramp from having no width, as Hugging Face's code does. */
        private static final double LEAST_WIDTH = 0.001;

        @Override
        public int maxPositions(int positions) {
            return Math.max(positions, stretched(originalMaxPositions, factor));
        }

        void scale(double[] frequencies, double theta) {
            int headDim = 2 * frequencies.length;
            double low = pairTurning(betaFast, headDim, theta);
            double high = pairTurning(betaSlow, headDim, theta);
            low = Math.max(truncated ? Math.floor(low) : low, 0);
            high = Math.min(truncated ? Math.ceil(high) : high, headDim - 1);
            double width = high == low ? LEAST_WIDTH : high - low;
            for (int i = 0; i < frequencies.length; i++) {
                double divided = Math.min(Math.max((i - low) / width, 0), 1);
                frequencies[i] = divided * frequencies[i] / factor + (1 - divided) * frequencies[i];
            }
        }

        /** The pair, as a fraction, that turns {@code turns} times within the original positions. */
        private double pairTurning(double turns, int headDim, double theta) {
            return headDim * Math.log(originalMaxPositions / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
        }
    }

    /**
     * LongRoPE (Ding et al., arXiv 2402.13753): each frequency is divided by a factor of its own. A text longer than
     * {@code originalMaxPositions} has other factors than a shorter one.
     *
     * @param shortFactors [dims / 2]
     * @param longFactors [dims / 2]
     * @param shortAttention what cosine and sine are multiplied with in a short text
     * @param longAttention the same in a long text
     */
    record LongRope(
            List<Double> shortFactors,
            List<Double> longFactors,
            double shortAttention,
            double longAttention,
            int originalMaxPositions)
            implements RopeScaling {
        public LongRope {
            shortFactors = List.copyOf(shortFactors);
            longFactors = List.copyOf(longFactors);
        }

        @Override
        public String type() {
            return "longrope";
        }

        @Override
        public boolean dependsOn(int length) {
            return length > originalMaxPositions;
        }

        double attentionFactor(int length) {
            return dependsOn(length) ? longAttention : shortAttention;
        }

        void scale(double[] frequencies, int length) {
            List<Double> factors = dependsOn(length) ? longFactors : shortFactors;
            for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] /= factors.get(i);
            }
        }
    }

    /**
     * Only the fastest pairs turn, with the frequencies that they would have if all did (Gemma 4).
     *
     * @param share part of the pairs that turns
     */
    record Proportional(double share) implements RopeScaling {
        @Override
        public String type() {
            return "proportional";
        }

        /** Pairs that turn: floor(share × dims / 2). */
        int turning(int dims) {
            return (int) (share * dims / 2);
        }
    }

    private static int stretched(int positions, double factor) {
        // A cast of what is too large gives the largest int.
        return Math.max(1, (int) (positions * factor));
    }
}
