package io.gatehouse.study.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;

final class TestNumberText {
    @Test
    void doesNotDependOnTheOrderOfASum() {
        assertThat(NumberText.of(Math.nextDown(0.1375))).isEqualTo("0.138");
        assertThat(NumberText.of(Math.nextUp(0.1375))).isEqualTo("0.138");
        assertThat(NumberText.of(0.1374)).isEqualTo("0.137");
        assertThat(NumberText.of(Math.nextDown(0.0125), "percent")).isEqualTo("1.3%");
    }

    @Test
    void writesWhatIsNoNumber() {
        assertThat(NumberText.of(Double.NaN)).isEqualTo("NaN");
        assertThat(NumberText.of(null)).isEqualTo("–");
        assertThat(NumberText.of(true)).isEqualTo("yes");
        assertThat(NumberText.of(LocalDateTime.of(2026, 1, 2, 3, 4, 5, 678_901_000)))
                .isEqualTo("2026-01-02 03:04:05 UTC");
    }
}
