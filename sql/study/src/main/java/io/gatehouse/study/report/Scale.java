package io.gatehouse.study.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Maps values to positions along an axis.
 *
 * @param low value at the start
 * @param high value at the end
 * @param start place of the start, in pixels
 * @param end place of the end
 * @param logarithmic whether equal ratios take equal room
 */
record Scale(double low, double high, double start, double end, boolean logarithmic) {
    /** Makes a linear scale that is extended to round numbers. */
    static Scale over(double low, double high, double start, double end) {
        double step = step(high - low);
        double from = Math.floor(low / step + 1e-9) * step;
        double to = Math.ceil(high / step - 1e-9) * step;
        return new Scale(from, to > from ? to : from + step, start, end, false);
    }

    static Scale logarithmic(double low, double high, double start, double end) {
        return new Scale(low, Math.max(high, low * 1.01), start, end, true);
    }

    double place(double value) {
        double share = logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
        return start + share * (end - start);
    }

    /** Returns round numbers along the axis: on a logarithmic one the powers of ten, and others where these are few. */
    List<Double> ticks() {
        if (logarithmic) {
            List<Double> powers = multiplesOfPowers(List.of(1));
            return powers.size() < 3 ? multiplesOfPowers(List.of(1, 2, 5)) : powers;
        }
        List<Double> ticks = new ArrayList<>();
        // The step of the whole axis may be another one than that to which it was extended.
        double step = step(high - low);
        for (long i = (long) Math.ceil(low / step - 1e-6); i * step <= high + step / 1e6; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    private List<Double> multiplesOfPowers(List<Integer> factors) {
        List<Double> ticks = new ArrayList<>();
        for (double power = Math.pow(10, Math.floor(Math.log10(low) + 1e-9)); power <= high * 1.0001; power *= 10) {
            for (int factor : factors) {
                double tick = factor * power;
                if (tick >= low * 0.9999 && tick <= high * 1.0001) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }

    /** Returns 1, 2 or 5 times a power of ten, for about five steps. */
    private static double step(double range) {
        if (!(range > 0)) {
            return 1;
        }
        double rough = range / 5;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double ratio = rough / power;
        return power * (ratio < 1.5 ? 1 : ratio < 3.5 ? 2 : ratio < 7.5 ? 5 : 10);
    }
}
