package io.gatehouse.study.report;

import static org.assertj.core.api.Assertions.assertThat;

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
    }
}
