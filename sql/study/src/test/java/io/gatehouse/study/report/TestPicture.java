package io.gatehouse.study.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.study.Figure;
import io.gatehouse.study.Rows;
import io.gatehouse.study.Study.Evidence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TestPicture {
    private static final Pattern TEXT =
            Pattern.compile("<text class=\"(\\w+)\" [^>]*y=\"([\\d.]+)\"[^>]*>([^<]*)</text>");

    private static final Pattern BOX =
            Pattern.compile("class=\"box\" style=\"fill:color-mix\\(in srgb, var\\(--([^,]*),");
    private static final Map<String, String> HEAT =
            Map.of(Figure.KIND, "heat", "x", "layer", "y", "name", "value", "share");

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
        String svg = draw(HEAT, List.of(List.of(10, 0.5, "law"), List.of(2, 0.5, "art"), List.of(3, 1.0, "art")));
        assertThat(texts(svg, "tick")).startsWith("2", "3", "10");
        assertThat(texts(svg, "label")).containsExactly("law", "art");
    }

    @Test
    void heatMapsSayWhatTheirPlacesAndColoursMean() {
        String svg = draw(HEAT, List.of(List.of(0, 0.25, "law"), List.of(1, 0.5, "law"), List.of(0, 0.0, "art")));
        assertThat(texts(svg, "axis")).containsExactly("layer", "name", "share");
        assertThat(texts(svg, "tick")).containsExactly("0", "1", "0", "0.5", "blank: no value");
        assertThat(BOX.matcher(svg).results().map(box -> box.group(1)))
                .containsExactly("accent) 50.0%", "accent) 100.0%", "accent) 0.0%");
    }

    @Test
    void heatMapsOfPairsSayThatEachIsThereOnce() {
        String svg = draw(HEAT, List.of(List.of(1, 0.25, "0"), List.of(2, 0.5, "0"), List.of(2, 0.5, "1")));
        assertThat(texts(svg, "tick")).contains("each pair once").doesNotContain("blank: no value");
    }

    @Test
    void whatIsBelowZeroHasAColourOfItsOwn() {
        String svg = draw(HEAT, List.of(List.of(0, -0.5, "law"), List.of(0, 0.25, "art")));
        assertThat(BOX.matcher(svg).results().map(box -> box.group(1)))
                .containsExactly("below) 100.0%", "accent) 50.0%");
        assertThat(texts(svg, "tick")).containsExactly("0", "-0.5", "0", "0.5");
    }

    @Test
    void namesOfManyRowsAndColumnsAreWithinThePictureAndApart() {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (int expert = 0; expert < 64; expert++) {
            rows.add(List.of(expert, 0.5, "high_school_government_and_politics"));
        }
        String svg = draw(HEAT, rows);
        double[] columns = TEXT.matcher(svg)
                .results()
                .filter(text -> text.group(1).equals("tick") && text.group().contains("\"middle\""))
                .mapToDouble(TestPicture::x)
                .toArray();
        assertThat(columns).hasSizeBetween(8, 64);
        for (int i = 1; i < columns.length; i++) {
            assertThat(columns[i] - columns[i - 1]).isGreaterThan(20);
        }
        assertThat(TEXT.matcher(svg).results().filter(text -> text.group(1).equals("label")))
                .isNotEmpty()
                .allMatch(text -> x(text) > 6 * text.group(3).length());
    }

    @Test
    void axesHaveTheTitlesOfTheFigureAndPerCent() {
        Map<String, String> picture = Map.of(
                Figure.KIND,
                "intervals",
                "label",
                "name",
                "x",
                "share",
                "low",
                "share",
                "high",
                "share",
                "chance",
                "layer");
        String svg = draw(picture, Map.of("x", "Accuracy (%)"), List.of(List.of(0.25, 0.5, "law")));
        assertThat(texts(svg, "axis")).containsExactly("Accuracy (%)");
        assertThat(texts(svg, "tick")).containsExactly("0", "10", "20", "30", "40", "50", "chance");
        assertThat(svg).contains("<line class=\"chance\"");
        assertThat(draw(picture, List.of(Arrays.asList(null, 0.5, "law"))))
                .as("nothing is said about chance where it is not known")
                .doesNotContain("chance");
    }

    @Test
    void linesShowWhatChanceWouldGive() {
        Map<String, String> picture =
                Map.of(Figure.KIND, "lines", "x", "layer", "y", "share", "by", "name", "chance", "share");
        String svg =
                draw(picture, Map.of("chance", "uniform gate"), List.of(List.of(0, 1.0, "a"), List.of(1, 1.0, "a")));
        assertThat(svg).contains("<line class=\"chance\"", ">uniform gate<");
    }

    /** A line that ends where others do has its name in the legend. */
    @Test
    void chanceIsNamedAtItsEndOrInTheLegend() {
        Map<String, String> picture =
                Map.of(Figure.KIND, "lines", "x", "layer", "y", "share", "by", "name", "chance", "share");
        List<List<@Nullable Object>> rows = List.of(List.of(0, 0.5, "a"), List.of(3, 1.0, "a"));
        assertThat(texts(draw(picture, rows), "tick")).contains("chance");
        assertThat(texts(draw(picture, rows), "legend")).containsExactly("a");
        Map<String, String> inLegend = new HashMap<>(picture);
        inLegend.put("legend", "chance");
        assertThat(texts(draw(inLegend, rows), "tick")).doesNotContain("chance");
        assertThat(texts(draw(inLegend, rows), "legend")).containsExactly("a", "chance");
    }

    @Test
    void pointsAreComparedWithTheDiagonal() {
        Map<String, String> picture = Map.of(Figure.KIND, "scatter", "x", "layer", "y", "share");
        List<List<@Nullable Object>> rows = List.of(List.of(-2, -1.0, "a"), List.of(3, 1.0, "b"));
        assertThat(draw(picture, rows)).doesNotContain("class=\"chance\"");
        Map<String, String> diagonal = Map.of(Figure.KIND, "scatter", "x", "layer", "y", "share", "diagonal", "same");
        assertThat(draw(diagonal, rows)).contains("<line class=\"chance\"");
    }

    @Test
    void tooFewRowsAreNoPicture() {
        Figure figure = new Figure(
                "f",
                "",
                Figure.Text.of(""),
                List.of(),
                Map.of(Figure.KIND, "heat", "x", "layer", "y", "name", "value", "share", "least", "2"),
                Map.of(),
                "",
                "");
        Rows detail = new Rows(List.of("layer", "share", "name"), List.of(List.of(0, 0.5, "law")));
        assertThat(Picture.of(new Evidence(figure, detail, detail))).isEmpty();
    }

    private static double x(MatchResult text) {
        return Double.parseDouble(text.group().replaceFirst(".* x=\"([\\d.]+)\".*", "$1"));
    }

    private static String draw(Map<String, String> picture, List<List<@Nullable Object>> rows) {
        return draw(picture, Map.of(), rows);
    }

    private static String draw(
            Map<String, String> picture, Map<String, String> titles, List<List<@Nullable Object>> rows) {
        Figure figure = new Figure("f", "", Figure.Text.of(""), List.of(), picture, titles, "", "");
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
