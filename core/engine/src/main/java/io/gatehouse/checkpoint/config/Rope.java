package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.function.DoubleUnaryOperator;

/**
 * Rotary position embedding (Su et al., 2021): pair i of a head turns by position × theta^(-2i / dims), as {@code scaling}
 * changes it.
 *
 * @param dims how many entries of a head are rotated, the first ones; even
 * @param learned whether the angle of each pair is multiplied with e^a, with a stored number a for each (Mistral Large 4)
 */
public record Rope(double theta, RopeScaling scaling, int dims, Layout layout, boolean learned) {
    /** Which entries make a pair. */
    public enum Layout {
        /** Entries i and i + dims / 2. */
        HALVES,
        /** Entries 2i and 2i + 1. */
        INTERLEAVED
    }

    public Rope {
        requireNonNull(scaling, "scaling is null");
        requireNonNull(layout, "layout is null");
        if (!(theta > 0) || Double.isInfinite(theta)) {
            throw new IllegalArgumentException("theta is " + theta);
        }
        if (dims < 2 || dims % 2 != 0) {
            throw new IllegalArgumentException("%d entries are no pairs".formatted(dims));
        }
    }

    /** An embedding without stored numbers. */
    public Rope(double theta, RopeScaling scaling, int dims, Layout layout) {
        this(theta, scaling, dims, layout, false);
    }

    /** All entries of a head in two halves. */
    public Rope(double theta, RopeScaling scaling, int dims) {
        this(theta, scaling, dims, Layout.HALVES);
    }

    /** The same embedding with another layout. */
    public Rope with(Layout other) {
        return new Rope(theta, scaling, dims, other, learned);
    }

    /** The same embedding with a stored number for each pair. */
    public Rope withLearnedFactors() {
        return new Rope(theta, scaling, dims, layout, true);
    }

    /** What the graph depends on: it is fed the angles. */
    public Rope shape() {
        return new Rope(1, new RopeScaling.None(), dims, layout);
    }

    /**
     * Angle by which each pair of a head turns from one position to the next. Only {@link RopeScaling.Dynamic} and
     * {@link RopeScaling.LongRope} look at {@code length}, which is the length of one text by itself and not of the
     * longest in its batch: what a model makes of a text must not depend on its neighbours.
     *
     * @param length tokens of the text
     * @return [dims / 2], the fastest first
     */
    public double[] frequencies(int length) {
        if (scaling instanceof RopeScaling.Linear linear) {
            return plain(theta, frequency -> frequency / linear.factor());
        }
        if (scaling instanceof RopeScaling.Dynamic dynamic) {
            return plain(dynamic.theta(theta, dims, length), frequency -> frequency);
        }
        if (scaling instanceof RopeScaling.Alpha alpha) {
            return plain(alpha.theta(theta, dims), frequency -> frequency);
        }
        if (scaling instanceof RopeScaling.Llama3 llama3) {
            return plain(theta, llama3::scaled);
        }
        double[] frequencies = plain(theta, frequency -> frequency);
        if (scaling instanceof RopeScaling.Yarn yarn) {
            yarn.scale(frequencies, theta);
        } else if (scaling instanceof RopeScaling.LongRope longRope) {
            longRope.scale(frequencies, length);
        } else if (scaling instanceof RopeScaling.Proportional proportional) {
            Arrays.fill(frequencies, proportional.turning(dims), frequencies.length, 0);
        }
        return frequencies;
    }

    /**
     * What cosine and sine of every angle are multiplied with.
     *
     * @param length tokens of the text
     */
    public double attentionFactor(int length) {
        if (scaling instanceof RopeScaling.LongRope longRope) {
            return longRope.attentionFactor(length);
        }
        return scaling instanceof RopeScaling.Yarn yarn ? yarn.attentionFactor() : 1;
    }

    /** Whether the angles of a text of this length are other ones than those of shorter texts. */
    public boolean dependsOn(int length) {
        return scaling.dependsOn(length);
    }

    /**
     * The length from which on all positions have other angles than in shorter texts, and the same in longer ones: when a
     * text grows to it, keys that were rotated before are of no use. None where there is no such length.
     */
    public OptionalInt switchLength() {
        return scaling instanceof RopeScaling.LongRope longRope
                ? OptionalInt.of(longRope.originalMaxPositions() + 1)
                : OptionalInt.empty();
    }

    private double[] plain(double base, DoubleUnaryOperator change) {
        double[] frequencies = new double[dims / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = change.applyAsDouble(Math.pow(base, -2.0 * i / dims));
        }
        return frequencies;
    }
}
