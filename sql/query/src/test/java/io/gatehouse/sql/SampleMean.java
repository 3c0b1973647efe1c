package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;

/** Compares the mean of a sample of runs with the answer that is known. */
final class SampleMean {
    private SampleMean() {}

    /** Fails unless the mean is within a number of its standard errors, s / √n, of the answer. */
    static void assertIs(double answer, double[] values, double standardErrors) {
        double mean = Arrays.stream(values).average().orElseThrow();
        double variance = Arrays.stream(values)
                        .map(value -> (value - mean) * (value - mean))
                        .sum()
                / (values.length - 1);
        assertThat(mean).isCloseTo(answer, within(standardErrors * Math.sqrt(variance / values.length)));
    }
}
