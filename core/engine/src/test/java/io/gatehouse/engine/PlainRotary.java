package io.gatehouse.engine;

import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.config.RopeScaling;

/**
 * Rotary positions, each scaling from the formula of its paper: what the checkpoint package's frequencies must agree
 * with. One text of known length.
 */
final class PlainRotary {
    private final Rope rope;
    private final int dim;
    private final int length;

    PlainRotary(Rope rope, int dim, int length) {
        this.rope = rope;
        this.dim = dim;
        this.length = length;
    }

    /** Turns every head of x, half layout: the pair of x[i] is x[i + dim/2]. */
    double[] rotate(double[] x, int position) {
        double[] out = new double[x.length];
        double stretch = rope.scaling() instanceof RopeScaling.Yarn yarn ? yarn.attentionFactor() : 1;
        for (int start = 0; start < x.length; start += dim) {
            for (int pair = 0; pair < dim / 2; pair++) {
                double angle = angle(pair, position);
                double first = x[start + pair];
                double second = x[start + pair + dim / 2];
                out[start + pair] = stretch * (first * Math.cos(angle) - second * Math.sin(angle));
                out[start + pair + dim / 2] = stretch * (second * Math.cos(angle) + first * Math.sin(angle));
            }
        }
        return out;
    }

    private double angle(int pair, int position) {
        RopeScaling scaling = rope.scaling();
        double theta = rope.theta();
        if (scaling instanceof RopeScaling.Linear linear) {
            // Position interpolation (arXiv 2306.15595, eq. 3): f(x, m / factor).
            return position / linear.factor() * plain(theta, pair);
        }
        if (scaling instanceof RopeScaling.Dynamic dynamic) {
            // Dynamic NTK: with alpha = factor L / L' - (factor - 1), base' = base alpha^(d / (d - 2)).
            double alpha = length <= dynamic.originalMaxPositions()
                    ? 1
                    : dynamic.factor() * length / dynamic.originalMaxPositions() - dynamic.factor() + 1;
            return position * plain(theta * Math.pow(alpha, dim / (dim - 2.0)), pair);
        }
        if (scaling instanceof RopeScaling.Llama3 llama3) {
            return position * llama3(llama3, plain(theta, pair));
        }
        if (scaling instanceof RopeScaling.Yarn yarn) {
            return position * yarn(yarn, pair);
        }
        return position * plain(theta, pair);
    }

    private double plain(double theta, int pair) {
        return 1 / Math.pow(theta, 2.0 * pair / dim);
    }

    /** Llama 3.1's model code: by wavelength. */
    private static double llama3(RopeScaling.Llama3 scaling, double frequency) {
        double turns = scaling.originalMaxPositions() * frequency / (2 * Math.PI);
        double low = scaling.lowFrequencyFactor();
        double high = scaling.highFrequencyFactor();
        double kept = Math.max(0, Math.min(1, (turns - low) / (high - low)));
        return kept * frequency + (1 - kept) * frequency / scaling.factor();
    }

    /**
     * YaRN (arXiv 2309.00071, section 3.2) as its code has it: a ramp over the pairs between the one that turns betaFast
     * times in the original context, which is kept, and the one that turns betaSlow times, which is interpolated.
     */
    private double yarn(RopeScaling.Yarn scaling, int pair) {
        double from = pairThatTurns(scaling.betaFast(), scaling.originalMaxPositions());
        double to = pairThatTurns(scaling.betaSlow(), scaling.originalMaxPositions());
        if (scaling.truncated()) {
            from = Math.floor(from);
            to = Math.ceil(to);
        }
        from = Math.max(from, 0);
        to = Math.min(to, dim - 1);
        double interpolated = Math.max(0, Math.min(1, (pair - from) / (to - from)));
        double frequency = plain(rope.theta(), pair);
        return frequency * (1 - interpolated + interpolated / scaling.factor());
    }

    /** From context x theta^(-2 pair / dim) = 2 pi turns. */
    private double pairThatTurns(double turns, int context) {
        return dim / 2.0 * Math.log(context / (2 * Math.PI * turns)) / Math.log(rope.theta());
    }
}
