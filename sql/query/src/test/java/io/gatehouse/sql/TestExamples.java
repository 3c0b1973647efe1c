package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.sql.catalog.AnalysisView;
import io.gatehouse.sql.catalog.Example;
import io.gatehouse.sql.catalog.TableFunction;
import io.gatehouse.testing.store.RoutingFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The statements that editors offer to start from. */
final class TestExamples {
    @Test
    void eachHasATitleOfItsOwn() {
        assertThat(Example.all())
                .extracting(Example::title)
                .doesNotHaveDuplicates()
                .contains("Runs in this file", "Router entropy", "Nearest questions");
        assertThat(Example.all()).allSatisfy(example -> {
            assertThat(example.group()).isNotBlank();
            assertThat(example.about()).isNotBlank().doesNotStartWith("One row per");
        });
    }

    /** The page on the console sends readers to them. */
    @Test
    void theConsolePageNamesThemAsTheyAre() throws Exception {
        String page = Files.readString(Path.of(System.getProperty("gatehouse.root"), "docs", "console.md"));
        List<String> named = page.lines()
                .filter(line -> line.startsWith("| "))
                .flatMap(line -> Pattern.compile("examples? (\\*[^*]+\\*(?:, \\*[^*]+\\*)*)")
                        .matcher(line)
                        .results()
                        .flatMap(list -> Pattern.compile("\\*([^*]+)\\*")
                                .matcher(list.group(1))
                                .results()))
                .map(match -> match.group(1))
                .toList();
        assertThat(named).hasSizeGreaterThan(12);
        assertThat(Example.all()).extracting(Example::title).containsAll(named);
    }

    @Test
    void eachViewAndTableFunctionHasOne() {
        String all = String.join("\n", Example.all().stream().map(Example::sql).toList());
        assertThat(Stream.concat(
                        AnalysisView.all().stream().map(AnalysisView::name),
                        TableFunction.all().stream().map(TableFunction::name)))
                .allSatisfy(name -> assertThat(all).containsPattern("FROM " + name + "\\b"));
    }

    @Test
    void eachFindsSomething() throws Exception {
        List<String> empty = new ArrayList<>();
        try (RoutingFile file = RoutingFile.comparable();
                QueryEngine engine = new QueryEngine(file::reader)) {
            for (Example example : Example.all()) {
                if (Rows.of(engine, example.sql()).rows().isEmpty()) {
                    empty.add(example.title());
                }
            }
        }
        assertThat(empty)
                .as("of a run of 12 questions without digits and generated text")
                .containsExactly(
                        "Experts whose accuracy differs within subjects",
                        "Digits against letters by expert",
                        "Prompt against generated tokens",
                        "Missing experts of little weight left out");
    }
}
