package io.gatehouse.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.base.Resources;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.catalog.AnalysisView;
import io.gatehouse.sql.catalog.DefinedQuery;
import io.gatehouse.sql.catalog.TableFunction;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The parts of the study, and the heads of their figures. */
final class TestPart {
    private static final Set<String> RECORDED =
            Arrays.stream(Recorded.values()).map(Recorded::column).collect(Collectors.toSet());

    private static final Pattern SOURCE = Pattern.compile("(?:FROM|JOIN) (\\w+)");

    @Test
    void everyFigureIsInAPartOnce() {
        List<String> files = Resources.names(Figure.class, "figures").stream()
                .filter(file -> file.endsWith(".sql"))
                .map(file -> file.replace(".sql", ""))
                .toList();
        assertThat(figures().map(Figure::name).distinct()).containsExactlyInAnyOrderElementsOf(files);
        for (Part part : Part.values()) {
            assertThat(part.figures(1, "prompt"))
                    .as("%s", part)
                    .extracting(Figure::name)
                    .doesNotHaveDuplicates();
            assertThat(part.figures(1, "prompt")).extracting(Figure::title).doesNotHaveDuplicates();
        }
    }

    /** A heading stands once above all of its figures. */
    @Test
    void everyFigureHasAHeading() {
        for (Part part : Part.values()) {
            List<String> sections =
                    part.figures(1, "prompt").stream().map(Figure::section).toList();
            long changes = 1
                    + Stream.iterate(1, i -> i < sections.size(), i -> i + 1)
                            .filter(i -> !sections.get(i).equals(sections.get(i - 1)))
                            .count();
            assertThat(sections).as("%s", part).doesNotContain("");
            assertThat(sections.stream().distinct()).hasSize((int) changes);
        }
    }

    @Test
    void headsSayWhatAReaderNeeds() {
        Set<String> defined = defined();
        figures().forEach(figure -> {
            String name = figure.name();
            assertThat(figure.text().caption()).as(name).endsWith(".");
            assertThat(figure.text().missing()).as(name).isNotEmpty();
            assertThat(figure.text().sentences()).as(name).isNotEmpty();
            assertThat(RECORDED).as(name).containsAll(figure.text().needs());
            assertThat(defined).as(name).containsAll(figure.views());
            assertThat(figure.picture().containsKey("chance")
                            || !figure.titles().containsKey("chance"))
                    .as("the name of chance in %s has a line", name)
                    .isTrue();
            Stream.of("x", "y", "value")
                    .filter(figure.picture()::containsKey)
                    .forEach(axis -> assertThat(figure.titles().getOrDefault(axis, ""))
                            .as("%s of %s", axis, name)
                            .matches("[A-Z][a-z].*"));
        });
    }

    /** What a statement reads is defined in the methods of the report. */
    @Test
    void whatIsReadIsDefined() {
        Set<String> defined = defined();
        for (Part part : List.of(Part.SERVING, Part.COMPRESSION)) {
            for (Figure figure : part.figures(1, "prompt")) {
                List<String> read = SOURCE.matcher(figure.summary() + figure.detail())
                        .results()
                        .map(source -> source.group(1))
                        .filter(defined::contains)
                        .toList();
                assertThat(read).as(figure.name()).isNotEmpty();
                assertThat(figure.views()).as(figure.name()).containsAll(read);
            }
        }
    }

    @Test
    void statementsAreOfTheRunAndOfTheTokensThatAreDecoded() {
        List<String> statements = Part.SERVING.figures(7, "generated").stream()
                .map(Figure::summary)
                .toList();
        assertThat(statements)
                .noneMatch(statement -> statement.contains(":run_id") || statement.contains(":decoded"))
                .anyMatch(statement -> statement.contains("expert_cache(7, 'generated', "));
    }

    @Test
    void aPartThatIsNotThere() {
        assertThat(Part.of("compression")).isEqualTo(Part.COMPRESSION);
        assertThatThrownBy(() -> Part.of("training"))
                .isInstanceOf(GatehouseException.class)
                .hasMessage("There is no part \"training\"; the parts are base, serving, compression.");
    }

    private static Set<String> defined() {
        return Stream.<DefinedQuery>concat(AnalysisView.all().stream(), TableFunction.all().stream())
                .map(DefinedQuery::name)
                .collect(Collectors.toSet());
    }

    private static Stream<Figure> figures() {
        return Stream.of(Part.values()).flatMap(part -> part.figures(1, "prompt").stream());
    }
}
