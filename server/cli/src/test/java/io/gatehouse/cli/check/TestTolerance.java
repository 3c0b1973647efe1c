package io.gatehouse.cli.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which values are the same within a tolerance. */
final class TestTolerance {
    @Test
    void isANumberOrAPercentage() {
        assertThat(Tolerance.of("0.01")).contains(new Tolerance(0.01, false));
        assertThat(Tolerance.of("1e-6")).contains(new Tolerance(1e-6, false));
        assertThat(Tolerance.of("2 %")).contains(new Tolerance(0.02, true));
        assertThat(Tolerance.of("2%")).contains(new Tolerance(0.02, true));
        for (String wrong : List.of("", "-1", "a", "1 2", "0,5", "%", "NaN", "Infinity")) {
            assertThat(Tolerance.of(wrong)).as(wrong).isEmpty();
        }
        assertThat(Tolerance.of("2%").orElseThrow()).hasToString("2%");
        assertThat(Tolerance.of("1e-6").orElseThrow()).hasToString("0.000001");
        assertThat(Tolerance.NONE).hasToString("0");
    }

    @Test
    void absoluteIncludesItsEnds() {
        Tolerance tenth = new Tolerance(0.1, false);
        assertThat(tenth.same(0.3, 0.2)).isTrue();
        assertThat(tenth.same(0.3f, 0.2f)).isTrue();
        assertThat(tenth.same(0.301, 0.2)).isFalse();
        assertThat(tenth.same(-0.1, 0.0)).isTrue();
        assertThat(tenth.same(3, 3L)).isTrue();
        assertThat(tenth.same(3, 4)).isFalse();
        assertThat(tenth.same(new BigDecimal("1.10"), new BigDecimal("1.2"))).isTrue();
    }

    @Test
    void relativeIsAShareOfTheExpectedNumber() {
        Tolerance tolerance = new Tolerance(0.1, true);
        assertThat(tolerance.same(90, 100)).isTrue();
        assertThat(tolerance.same(100, 90)).isFalse();
        assertThat(tolerance.same(-90, -100)).isTrue();
        assertThat(tolerance.same(0.001, 0)).isFalse();
    }

    @Test
    void withoutToleranceNumbersAreEqualOrNot() {
        assertThat(Tolerance.NONE.same(9007199254740993L, 9007199254740992L)).isFalse();
        assertThat(Tolerance.NONE.same(0.1 + 0.2, 0.3)).isFalse();
        assertThat(Tolerance.NONE.same(0.0, -0.0)).isTrue();
        assertThat(Tolerance.NONE.same(Double.NaN, Double.NaN)).isTrue();
        assertThat(Tolerance.NONE.same(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY))
                .isFalse();
    }

    @Test
    void otherValuesMustBeEqual() {
        Tolerance much = new Tolerance(100, false);
        assertThat(much.same("a", "a")).isTrue();
        assertThat(much.same("a", "b")).isFalse();
        assertThat(much.same(true, false)).isFalse();
        assertThat(much.same(null, null)).isTrue();
        assertThat(much.same(null, 0)).isFalse();
        assertThat(much.same(Double.NaN, 0.0)).isFalse();
        assertThat(much.same(Double.POSITIVE_INFINITY, 0.0)).isFalse();
        assertThat(much.same(List.of(1, 2), List.of(3, 4))).isTrue();
        assertThat(much.same(List.of(1, 2), List.of(1))).isFalse();
        assertThat(much.same(Arrays.asList(1, null), Arrays.asList(1, null))).isTrue();
        assertThat(much.same("1", 1)).isFalse();
    }
}
