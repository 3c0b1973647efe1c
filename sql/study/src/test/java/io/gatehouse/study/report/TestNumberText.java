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
    void aProbabilityThatIsTooSmallForANumberIsNotZero() {
        assertThat(NumberText.ofColumn("stratified_q_value", 0.0)).isEqualTo("< 1e-300");
        assertThat(NumberText.ofColumn("p_value", 0.25)).isEqualTo("0.250");
        assertThat(NumberText.ofColumn("difference", 0.0)).isEqualTo("0");
        assertThat(NumberText.of(0.0, "probability")).isEqualTo("< 1e-300");
    }

    @Test
    void writesNamesAsWords() {
        assertThat(NumberText.words("share_below_0_001")).isEqualTo("share below 0.001");
        assertThat(NumberText.words("weighted_ean")).isEqualTo("weighted EAN");
        assertThat(NumberText.words("mean_weight")).isEqualTo("mean weight");
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
