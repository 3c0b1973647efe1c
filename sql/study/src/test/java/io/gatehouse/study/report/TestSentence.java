package io.gatehouse.study.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.study.Figure;
import io.gatehouse.study.Part;
import io.gatehouse.study.Rows;
import io.gatehouse.study.SentenceValues;
import io.gatehouse.study.Study.Evidence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TestSentence {
    /** What is never 1 where it is written: floors, sizes of models and what reaches a floor. */
    private static final Set<String> MANY = Set.of(
            "least",
            "experts",
            "experts_prompt",
            "experts_generated",
            "experts_all",
            "top_k",
            "rest_n",
            "pruned_n",
            "size",
            "ranks",
            "copies",
            "minimum");

    /** What is not a number. */
    private static final Set<String> TEXTS = Set.of("decoded", "subject", "other_subject");

    private static final Set<String> WITH_FLOOR = Set.of("subjects", "specialisation", "reliability");

    @Test
    void phrasesWithoutAValueAreLeftOut() {
        String sentence = "It is {a percent}[; chance {b percent}].";
        assertThat(written(sentence, Arrays.asList(0.5, 0.25))).containsExactly("It is 50.0%; chance 25.0%.");
        assertThat(written(sentence, Arrays.asList(0.5, null))).containsExactly("It is 50.0%.");
        assertThat(written(sentence, Arrays.asList(null, 0.25))).isEmpty();
    }

    @Test
    void rangesOfOneValueAreLeftOut() {
        String sentence = "It is {a percent}[, from {a..b percent}] of all.";
        assertThat(written(sentence, List.of(0.5, 0.75))).containsExactly("It is 50.0%, from 50.0% to 75.0% of all.");
        assertThat(written(sentence, List.of(0.5, 0.50001)))
                .as("as it is written")
                .containsExactly("It is 50.0% of all.");
    }

    @Test
    void wordsFollowTheNumber() {
        String sentence = "{a} {a|layer is|layers are} in use.";
        assertThat(written(sentence, List.of(1, 0))).containsExactly("1 layer is in use.");
        assertThat(written(sentence, List.of(0, 0))).containsExactly("0 layers are in use.");
        assertThat(written(sentence, List.of(12, 0))).containsExactly("12 layers are in use.");
    }

    /** No sentence of the report has "1 questions". */
    @Test
    void everySentenceOfAFigureHasASingular() {
        List<Figure> figures = Stream.of(Part.values())
                .flatMap(part -> part.figures(1, "prompt").stream())
                .toList();
        for (Figure figure : figures) {
            List<String> sentences = Stream.concat(figure.text().lead().stream(), figure.text().sentences().stream())
                    .toList();
            List<String> headlines = figure.text().headlines();
            Set<String> columns = new LinkedHashSet<>();
            for (String sentence :
                    Stream.concat(sentences.stream(), headlines.stream()).toList()) {
                SentenceValues.PLACE.matcher(sentence).results().forEach(place -> columns.addAll(names(place)));
            }
            List<@Nullable Object> ones = new ArrayList<>();
            for (String column : columns) {
                boolean many = MANY.contains(column) || (column.equals("n") && WITH_FLOOR.contains(figure.name()));
                ones.add(TEXTS.contains(column) ? "text" : many ? 64L : 1L);
            }
            Rows summary = new Rows(List.copyOf(columns), List.of(Collections.unmodifiableList(ones)));
            Evidence evidence = new Evidence(figure, summary, summary);
            List<String> written = new ArrayList<>(Sentence.of(evidence, UnaryOperator.identity(), value -> value));
            written.addAll(Sentence.lead(evidence, UnaryOperator.identity(), value -> value));
            assertThat(written).as(figure.name()).hasSameSizeAs(sentences).allMatch(text -> text.endsWith("."));
            List<String> few = Sentence.headlines(evidence);
            assertThat(few).as(figure.name()).hasSameSizeAs(headlines).noneMatch(text -> text.endsWith("."));
            assertThat(Stream.concat(written.stream(), few.stream()))
                    .as(figure.name())
                    .noneMatch(text -> text.contains("{") || text.contains("[") || text.contains("  "))
                    .allSatisfy(text -> assertThat(text)
                            .doesNotContainPattern("(?<![.\\d])1 (?!(?:is|has|does|differs|changes)\\b)\\w+s\\b"));
        }
    }

    /** Otherwise readers see the same sentence at the beginning of the report and again in its section. */
    @Test
    void noLeadRepeatsASentenceOfItsSection() {
        for (Part part : Part.values()) {
            for (Figure figure : part.figures(1, "prompt")) {
                for (String lead : figure.text().lead()) {
                    List<String> words = words(lead);
                    assertThat(figure.text().sentences())
                            .as("%s: %s", figure.name(), lead)
                            .allSatisfy(sentence ->
                                    assertThat(shared(words, words(sentence))).isLessThanOrEqualTo(words.size() / 2));
                }
            }
        }
    }

    private static List<String> words(String sentence) {
        return List.of(SentenceValues.PLACE
                .matcher(sentence)
                .replaceAll("#")
                .replaceAll("[\\[\\]]", "")
                .split(" ", -1));
    }

    /** Returns the largest number of words in a row that both have. */
    private static int shared(List<String> one, List<String> other) {
        return IntStream.rangeClosed(1, one.size())
                .filter(length -> IntStream.rangeClosed(0, one.size() - length)
                        .anyMatch(from -> Collections.indexOfSubList(other, one.subList(from, from + length)) >= 0))
                .max()
                .orElse(0);
    }

    private static List<String> names(MatchResult place) {
        return Stream.of(place.group(1), place.group(2))
                .filter(name -> name != null)
                .toList();
    }

    private static List<String> written(String sentence, List<? extends @Nullable Object> values) {
        Figure.Text text =
                new Figure.Text("", List.of(), List.of(), List.of(sentence), "", List.of(), List.of(), "", "");
        Figure figure = new Figure("f", "", text, List.of(), Map.of(), Map.of(), "", "");
        List<@Nullable Object> row = new ArrayList<>(values);
        Rows summary = new Rows(List.of("a", "b"), List.of(row));
        return Sentence.of(new Evidence(figure, summary, summary), UnaryOperator.identity(), value -> value);
    }
}
