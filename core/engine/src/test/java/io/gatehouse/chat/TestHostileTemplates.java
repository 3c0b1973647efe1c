package io.gatehouse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Templates that make more than there is room for, or never end. */
@Timeout(60)
final class TestHostileTemplates {
    /** A list that has itself twice, fifty times over, and a dictionary that does. */
    private static final List<String> DOUBLED = List.of(
            "{% set s = namespace(x=[1]) %}{% for i in range(50) %}{% set s.x = [s.x, s.x] %}{% endfor %}",
            "{% set s = namespace(x={'a': 1}) %}{% for i in range(50) %}{% set s.x = {'a': s.x, 'b': s.x} %}{% endfor %}");

    @Test
    void filtersMakeNothingThatIsTooLarge() {
        for (String expression : List.of(
                "'%1000000000d' | format(1)",
                "'%1999999999s' | format('a')",
                "'%.1999999999f' | format(1.0)",
                "'%99999999999999999999d' | format(1)",
                "'%s%s%s' | format(m, m, m)",
                "'a\\nb\\nc' | indent(1000000000)",
                "'a\\nb\\nc' | indent(width=1000000000)",
                "range(100000) | join('\\n') | indent(10000)",
                "[1] | batch(1000000000, 'x') | list",
                "range(10000) | list | join(m)",
                "m | replace('x', m)",
                "m | replace('', m)")) {
            refused("{{ " + expression + " }}", "becomes longer than");
        }
    }

    @Test
    void nothingWalksThroughAListThatNeverEnds() {
        for (String doubled : DOUBLED) {
            for (String expression : List.of(
                    "s.x | tojson",
                    "s.x | string",
                    "[s.x, s.x] | unique | list",
                    "[s.x] | join(',')",
                    "','.join([s.x])",
                    "'a'.startswith(s.x)",
                    "s.x | length",
                    "s.x | e",
                    "'%s' | format(s.x)",
                    "[s.x, s.x] | sort",
                    "[1, s.x].count(s.x)")) {
                refused(doubled + "{{ " + expression + " }}", "more than 1,000,000 elements");
            }
        }
        refused("{% set l = [1] %}{% set _ = l.append(l) %}{{ l | tojson }}", "100 levels");
    }

    @Test
    void scanningTakesTimeThatGrowsWithTheText() {
        Duration most = Duration.ofSeconds(5);
        assertThat(timeOf(() -> new PythonExpression("not ".repeat(100_000) + "true").rewritten()))
                .isLessThan(most);
        assertThat(timeOf(() -> new PythonExpression("not a, ".repeat(100_000)).rewritten()))
                .isLessThan(most);
        assertThat(timeOf(() -> new PythonSyntax("x{#- -#}".repeat(100_000)).rewritten()))
                .isLessThan(most);
        assertThat(timeOf(() -> new PythonSyntax("x{# #}".repeat(100_000)).rewritten()))
                .isLessThan(most);
        assertThatThrownBy(() -> new PythonSyntax("{{".repeat(300_000)).rewritten())
                .isInstanceOf(TemplateFault.class)
                .hasMessageContaining("brackets");
    }

    @Test
    void manyAndLongSpecialTokensTakeNoTime() {
        Set<String> tokens = new LinkedHashSet<>();
        for (int i = 0; i < 20_000; i++) {
            tokens.add("<s%d>".formatted(i));
        }
        tokens.add("x".repeat(1000));
        tokens.add("x".repeat(999) + "y");
        SpecialText special = new SpecialText(tokens);
        String text = "x<s7>xx ".repeat(5_000);
        assertThat(timeOf(() -> special.mark(text))).isLessThan(Duration.ofSeconds(10));
        assertThat(special.replace(special.mark(text), token -> "?")).isEqualTo(text);
        assertThat(special.replace("a<s19999>b", token -> "?")).isEqualTo("a?b");
    }

    /** What would be a special token only beside what the template writes is marked, too. */
    @Test
    void piecesOfSpecialTokensAreMarked() {
        SpecialText special = new SpecialText(Set.of("<|end|>", "abab", "]"));
        for (String piece : List.of("nd|> hi", ">", "bab", "say <|en", "x aba", "  |>  ", "b", "abab")) {
            String marked = special.mark(piece);
            assertThat(marked).as(piece).isNotEqualTo(piece);
            assertThat(special.replace(marked, token -> "?")).isEqualTo(piece);
        }
        for (String whole : List.of("hi", "]", "x|", "|x", "", "  ")) {
            assertThat(special.mark(whole)).as(whole).isEqualTo(whole);
        }
    }

    @Test
    void workThatDoesNotLookAtTheTimeIsLeftToItself() {
        assertThatThrownBy(() -> Deadline.result(Duration.ofMillis(10), deadline -> {
                    while (!Thread.currentThread().isInterrupted()) {
                        Thread.onSpinWait();
                    }
                    return 1;
                }))
                .isInstanceOf(Deadline.Passed.class);
    }

    private static void refused(String template, String why) {
        assertThatThrownBy(() -> new JinjaTemplate(Path.of("t.jinja"), template, Clock.systemUTC())
                        .render(Map.of("m", "x".repeat(10_000).repeat(150))))
                .as(template)
                .isInstanceOfSatisfying(
                        GatehouseException.class,
                        error -> assertThat(error.code()).isEqualTo(ErrorCode.UNSUPPORTED_MODEL))
                .hasMessageContaining("t.jinja")
                .hasMessageContaining(why);
    }

    private static Duration timeOf(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
