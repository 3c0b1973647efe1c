package io.gatehouse.bench;

import java.util.Collection;

/** Where values lie that were measured in several rounds. */
public record Spread(double least, double median, double most) {
    /** Of at least one value. */
    public static Spread of(Collection<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("Nothing was measured");
        }
        double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
        return new Spread(sorted[0], median, sorted[sorted.length - 1]);
    }
}
