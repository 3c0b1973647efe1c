package io.gatehouse.bench.sql;

import java.util.Collection;

/** The middle of several measurements; of an even number the upper of the two in the middle. */
final class Median {
    private Median() {}

    static <T extends Comparable<T>> T of(Collection<T> measurements) {
        return measurements.stream().sorted().toList().get(measurements.size() / 2);
    }
}
