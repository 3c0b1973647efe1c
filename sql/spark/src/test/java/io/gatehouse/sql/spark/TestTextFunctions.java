package io.gatehouse.sql.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.GatehouseException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class TestTextFunctions {
    @Test
    void meansInJavaWhatItMeansInRe2() {
        assertThat(replaced("(\\w)(\\w)", "ab", "\\2\\1")).isEqualTo("ba");
        assertThat(replaced("(a)", "a", "\\12")).isEqualTo("a2");
        assertThat(replaced("a", "a", "$1 costs \\\\ {\\0}")).isEqualTo("$1 costs \\ {a}");
        assertThat(replaced("a", "ba", "")).isEqualTo("b");
    }

    @Test
    void countsGroupsThatStandBefore() {
        assertThat(TextFunctions.replacement("5\\0", 2)).isEqualTo("\\5$2");
    }

    @Test
    void refusesWhatRe2Refuses() {
        assertThatThrownBy(() -> TextFunctions.replacement("\\n", 0))
                .isInstanceOf(GatehouseException.class)
                .hasMessage("regexp_replace with \\n is not available on Spark.");
    }

    /** Java would read $11 as the first group and a 1. */
    @Test
    void refusesGroupsOfTwoDigits() {
        assertThat(TextFunctions.replacement("\\7", 2)).isEqualTo("$9");
        assertThat(TextFunctions.replacement("\\9", 0)).isEqualTo("$9");
        assertThatThrownBy(() -> TextFunctions.replacement("\\9", 2))
                .hasMessage("regexp_replace with \\9 is not available on Spark.");
    }

    private static String replaced(String pattern, String text, String by) {
        return Pattern.compile(pattern).matcher(text).replaceAll(TextFunctions.replacement(by, 0));
    }
}
