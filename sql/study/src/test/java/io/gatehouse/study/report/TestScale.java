package io.gatehouse.study.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class TestScale {
    /** From -14 to 4 in steps of 5 are -10, -5 and 0, not -14, -9, -4 and 1. */
    @Test
    void ticksAreRoundNumbers() {
        Scale scale = Scale.over(-12.3, 3.9, 0, 100);
        assertThat(scale.low()).isEqualTo(-14);
        assertThat(scale.ticks()).containsExactly(-10.0, -5.0, 0.0);
        for (double low = -20; low < 20; low += 0.37) {
            for (double range = 0.01; range < 50; range *= 1.7) {
                Scale some = Scale.over(low, low + range, 0, 100);
                double step = some.ticks().get(1) - some.ticks().get(0);
                assertThat(some.ticks())
                        .as("%s to %s", low, low + range)
                        .hasSizeBetween(3, 12)
                        .allSatisfy(tick -> assertThat(tick / step).isCloseTo(Math.rint(tick / step), within(1e-6)))
                        .allSatisfy(tick -> assertThat(some.place(tick)).isBetween(-1e-3, 100.001));
            }
        }
    }

    @Test
    void ticksOfLogarithmicAxesArePowersOfTenAndOthersWhereTheseAreFew() {
        assertThat(Scale.logarithmic(1, 520, 0, 100).ticks()).containsExactly(1.0, 10.0, 100.0);
        assertThat(Scale.logarithmic(1, 48, 0, 100).ticks()).containsExactly(1.0, 2.0, 5.0, 10.0, 20.0);
        assertThat(Scale.logarithmic(4, 60, 0, 100).ticks()).containsExactly(5.0, 10.0, 20.0, 50.0);
    }
}
