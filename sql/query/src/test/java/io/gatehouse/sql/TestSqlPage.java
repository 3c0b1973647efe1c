package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.client.Column;
import io.gatehouse.client.Relation;
import io.gatehouse.sql.catalog.AnalysisView;
import io.gatehouse.sql.catalog.Example;
import io.gatehouse.sql.catalog.TableFunction;
import io.gatehouse.sql.function.FunctionNote;
import io.gatehouse.sql.plan.MeasureDefinitions;
import io.gatehouse.testing.store.RoutingFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/**
 * docs/sql.md: its lists of relations and functions are those of the catalog and the definitions, and its examples run.
 * With {@code -Dgatehouse.test.write=true} the lists are written anew.
 */
final class TestSqlPage {
    private static final Path PAGE = Path.of(System.getProperty("gatehouse.root"), "docs", "sql.md");
    private static final Pattern EXAMPLE = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL);

    @Test
    void itsListsAreThoseOfTheCatalogAndTheDefinitions() throws Exception {
        try (RoutingFile file = RoutingFile.filled();
                QueryEngine engine = new QueryEngine(file::reader)) {
            String page = Files.readString(PAGE);
            String fresh = with(page, "relations", relations(engine.catalog().relations()));
            fresh = with(fresh, "functions", functions());
            fresh = with(fresh, "measures", measures());
            fresh = with(fresh, "table functions", tableFunctions());
            if (Boolean.getBoolean("gatehouse.test.write")) {
                Files.writeString(PAGE, fresh);
            } else {
                assertThat(page)
                        .as("write it anew with -Dgatehouse.test.write=true")
                        .isEqualTo(fresh);
            }
        }
    }

    @Test
    void itsExamplesRun() throws Exception {
        try (RoutingFile file = RoutingFile.comparable();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<String> examples = EXAMPLE.matcher(Files.readString(PAGE))
                    .results()
                    .map(example -> example.group(1))
                    .toList();
            assertThat(examples).hasSizeGreaterThan(5);
            SoftAssertions assertions = new SoftAssertions();
            for (String example : examples) {
                assertions
                        .assertThatCode(() -> Rows.of(engine, example))
                        .as(example)
                        .doesNotThrowAnyException();
            }
            assertions.assertAll();
        }
    }

    /** A reader who sees quotes takes them for needed. */
    @Test
    void examplesQuoteNoNameThatNeedsNoQuotes() throws Exception {
        List<String> examples =
                new ArrayList<>(Example.all().stream().map(Example::sql).toList());
        EXAMPLE.matcher(Files.readString(PAGE)).results().forEach(example -> examples.add(example.group(1)));
        assertThat(examples).noneMatch(example -> example.contains("\"position\"") || example.contains("\"rank\""));
    }

    private static String with(String page, String section, String list) {
        Matcher matcher = Pattern.compile(
                        "(<!-- %1$s -->\n).*?(<!-- end of %1$s -->)".formatted(section), Pattern.DOTALL)
                .matcher(page);
        assertThat(matcher.find()).as(section).isTrue();
        return page.substring(0, matcher.end(1)) + list + page.substring(matcher.start(2));
    }

    /** The columns of analysis views are in docs/views.md. */
    private static String relations(List<Relation> relations) {
        Set<String> views = AnalysisView.all().stream().map(AnalysisView::name).collect(Collectors.toSet());
        StringBuilder list = new StringBuilder();
        StringBuilder index = new StringBuilder("| view | |\n|---|---|\n");
        for (Relation relation : relations) {
            if (views.contains(relation.name())) {
                index.append(
                        "| [`%1$s`](views.md#%1$s) | %2$s |\n".formatted(relation.name(), escaped(relation.comment())));
                continue;
            }
            list.append("\n### %s\n%s.\n\n| column | type | |\n|---|---|---|\n"
                    .formatted(relation.name(), relation.comment()));
            relation.columns().forEach(column -> list.append(row(column)));
        }
        return "%s\n### Analysis views\n[views.md](views.md) has their columns, formulas, sources and examples.\n\n%s\n"
                .formatted(list, index);
    }

    private static String functions() {
        Map<String, List<FunctionNote>> groups = FunctionNote.all().stream()
                .filter(note -> !note.isTable())
                .collect(Collectors.groupingBy(FunctionNote::group, LinkedHashMap::new, Collectors.toList()));
        StringBuilder list = new StringBuilder();
        groups.forEach((group, notes) -> {
            list.append("\n### %s\n\n| function | |\n|---|---|\n".formatted(group));
            for (FunctionNote note : notes) {
                String forms = note.forms().stream().map("`%s`"::formatted).collect(Collectors.joining(", "));
                list.append("| %s | %s |\n".formatted(escaped(forms), escaped(note.comment())));
            }
        });
        return list.append('\n').toString();
    }

    private static String tableFunctions() {
        StringBuilder list = new StringBuilder();
        for (TableFunction function : TableFunction.all()) {
            String definition = Objects.requireNonNull(function.sections().get("Definition"), function.name());
            list.append("\n### %s\n%s.\n\n*Definition.* %s\n"
                    .formatted(function.name(), function.comment(), definition.replace('\n', ' ')));
            list.append("\n```sql\n%s\n```\n".formatted(function.example()));
            list.append("\n| parameter | type | |\n|---|---|---|\n");
            function.parameters().forEach(parameter -> list.append(row(parameter)));
            list.append("\n| column | type | |\n|---|---|---|\n");
            function.columns().forEach(column -> list.append(row(column)));
        }
        return list.append('\n').toString();
    }

    private static String row(Column column) {
        return "| `%s` | %s | %s |\n".formatted(column.name(), column.type(), escaped(column.comment()));
    }

    private static String measures() {
        StringBuilder list = new StringBuilder("| relation | measure | |\n|---|---|---|\n");
        for (MeasureDefinitions.Definition measure : MeasureDefinitions.all()) {
            list.append(
                    "| `%s` | `%s` | %s |\n".formatted(measure.relation(), measure.name(), escaped(measure.note())));
        }
        return list.toString();
    }

    private static String escaped(String text) {
        return text.replace("|", "\\|");
    }
}
