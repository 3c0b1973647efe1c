package io.gatehouse.study.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.study.Figure;
import io.gatehouse.study.Rows;
import io.gatehouse.study.Study.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TestPicture {
    private static final Pattern TEXT =
            Pattern.compile("<text class=\"(\\w+)\" [^>]*y=\"([\\d.]+)\"[^>]*>([^<]*)</text>");

    @Test
    void legendsOfSeveralLinesAreWithinThePicture() {
        for (int series = 1; series < 12; series++) {
            List<List<@Nullable Object>> rows = new ArrayList<>();
            for (int i = 0; i < series; i++) {
                rows.add(List.of(0, 0.5, "series with a long name %d".formatted(i)));
            }
            String svg = draw(Map.of(Figure.KIND, "lines", "x", "layer", "y", "share", "by", "name"), rows);
            double height = Double.parseDouble(svg.replaceFirst("(?s).*?viewBox=\"0 0 \\d+ (\\d+)\".*", "$1"));
            assertThat(texts(svg, "legend")).hasSize(series);
            assertThat(TEXT.matcher(svg).results().map(text -> Double.parseDouble(text.group(2))))
                    .as("%d series", series)
                    .allMatch(y -> y < height);
        }
    }

    @Test
    void numbersStandInTheirOrderAndWordsInThatOfTheRows() {
        String svg = draw(
                Map.of(Figure.KIND, "heat", "x", "layer", "y", "name", "value", "share"),
                List.of(List.of(10, 0.5, "law"), List.of(2, 0.5, "art"), List.of(3, 1.0, "art")));
        assertThat(texts(svg, "tick")).containsExactly("2", "3", "10");
        assertThat(texts(svg, "label")).containsExactly("law", "art");
    }

    private static String draw(Map<String, String> picture, List<List<@Nullable Object>> rows) {
        Figure figure = new Figure("f", "", "", List.of(), List.of(), List.of(), picture, "", "");
        Rows detail = new Rows(List.of("layer", "share", "name"), rows);
        return Picture.of(new Evidence(figure, detail, detail)).orElseThrow();
    }

    private static List<String> texts(String svg, String style) {
        return TEXT.matcher(svg)
                .results()
                .filter(text -> text.group(1).equals(style))
                .map((MatchResult text) -> text.group(3))
                .toList();
    }
}
