package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

/**
 * A norm over the last axis.
 *
 * @param epsilon what is added to the mean square, or to the variance
 * @param gateRank entries between the two projections of a gate that the result is multiplied with, sigmoid(U silu(D y));
 *     0 without a gate
 */
public record Norm(Kind kind, float epsilon, int gateRank) {
    /** The formulas. */
    public enum Kind {
        /** x / sqrt(mean(x²) + epsilon) × w (Zhang and Sennrich, 2019). */
        RMS,
        /** x / sqrt(mean(x²) + epsilon) × (1 + w): the stored weight is centred on 0. */
        RMS_ONE_PLUS,
        /** y / sqrt(mean(y²) + epsilon), where y = x × (1 + w) (Muse Spark). */
        RMS_OF_SCALED,
        /** x / sqrt(mean(x²) + epsilon). */
        RMS_WITHOUT_WEIGHT,
        /** (x - mean(x)) / sqrt(variance(x) + epsilon) × w (Ba et al., 2016). */
        LAYER,
        /** (x - mean(x)) / sqrt(variance(x) + epsilon) × w + b. */
        LAYER_WITH_BIAS;

        /** Whether a checkpoint stores a weight for it. */
        public boolean hasWeight() {
            return this != RMS_WITHOUT_WEIGHT;
        }

        /** Whether a checkpoint stores a bias for it. */
        public boolean hasBias() {
            return this == LAYER_WITH_BIAS;
        }
    }

    public Norm {
        requireNonNull(kind, "kind is null");
        if (!(epsilon >= 0)) {
            throw new IllegalArgumentException("epsilon is " + epsilon);
        }
    }

    /** A norm without a gate. */
    public Norm(Kind kind, float epsilon) {
        this(kind, epsilon, 0);
    }

    /** An RMS norm with a weight. */
    public static Norm rms(float epsilon) {
        return new Norm(Kind.RMS, epsilon);
    }

    /** The same norm with a gate. */
    public Norm gated(int rank) {
        return new Norm(kind, epsilon, rank);
    }

    /** The same kind with another epsilon. */
    public Norm withEpsilon(float other) {
        return new Norm(kind, other, gateRank);
    }
}
