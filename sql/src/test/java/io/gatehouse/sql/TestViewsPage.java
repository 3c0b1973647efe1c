package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.sql.catalog.AnalysisView;
import io.gatehouse.sql.catalog.Column;
import io.gatehouse.study.report.NumberText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * docs/views.md is made of the heads of the views, with what their examples answer on a small file made by hand. With
 * -Dgatehouse.write.docs=true it is written anew.
 */
final class TestViewsPage {
    private static final Path PAGE = Path.of(System.getProperty("gatehouse.root", "."), "docs", "views.md");

    @Test
    void thePageIsThatOfTheViews() throws Exception {
        try (RoutingFile file = RoutingFile.comparable();
                QueryEngine engine = file.engine()) {
            String page = page(engine);
            if (Boolean.getBoolean("gatehouse.write.docs")) {
                Files.writeString(PAGE, page);
            }
            assertThat(PAGE)
                    .as("docs/views.md is stale; write it with -Dtest=TestViewsPage -Dgatehouse.write.docs=true")
                    .hasContent(page);
        }
    }

    private static String page(QueryEngine engine) {
        StringBuilder page = new StringBuilder("""
                # Analysis views

                Made from the heads of the files in [views/](../sql/src/main/resources/io/gatehouse/sql/views) by
                `TestViewsPage`: change those, not this page. Every view says over how many questions, tokens or experts it
                speaks (`n`), and at which tokens (`scope`): `last_prompt` is the token that answers, `prompt` every token of
                the prompt with it. The examples are answered by a small file made by hand, whose numbers mean nothing.

                What is observed of an expert is not what it is needed for. Only `intervention_effect` and `ablation` speak of
                causes.

                """);
        for (AnalysisView view : AnalysisView.all()) {
            page.append("- [`%s`](#%s): %s\n"
                    .formatted(view.name(), view.name(), view.comment().replace("One row per ", "")));
        }
        String group = "";
        for (AnalysisView view : AnalysisView.all()) {
            if (!group.equals(view.sections().get("Group"))) {
                group = view.sections().getOrDefault("Group", "");
                page.append("\n## %s\n".formatted(group));
            }
            view(page, view, engine);
        }
        return page.append("""

                ## What is not here
                - A Closer Look (2406.18219) and MoLA (2402.08562) compare the weights of experts. A file keeps what routers
                  decide and no weights; their cosines and distances need a pass over the checkpoint.
                - MoEC (2207.09094) constrains the variance of routing inside clusters while training. On a finished model there
                  are no such clusters. They would have to be found first, and every figure would hang on how; cluster what
                  `expert_coactivation` observes with a tool of your own.
                - HMoE's Laplace gate (2410.02935) needs the inputs of the router, which are not kept, and a model trained for it.
                - muMoE (2402.12550) has no discrete choice, so that there is nothing to count.
                - The bounds on the generalisation error of sparse mixtures (2403.17404) hang on constants that routing does not
                  show.
                """).toString();
    }

    private static void view(StringBuilder page, AnalysisView view, QueryEngine engine) {
        page.append("\n### %s\n%s.\n\n".formatted(view.name(), view.comment()));
        for (String section : List.of("Definition", "Formula", "Source", "Version")) {
            page.append("*%s.* %s\n\n"
                    .formatted(
                            section,
                            view.sections()
                                    .getOrDefault(section, "")
                                    .replace('\n', ' ')
                                    .replace("*", "\\*")));
        }
        page.append("| column | type | |\n|---|---|---|\n");
        for (Column column : view.columns()) {
            page.append("| `%s` | %s | %s |\n".formatted(column.name(), column.type(), column.comment()));
        }
        page.append("\n```sql\n%s\n```\n\n".formatted(view.example()));
        try (QueryResult result = engine.query(view.example(), new QueryLimits(Duration.ofMinutes(1), 5))) {
            page.append(line(result.columns().stream().map(ResultColumn::name).toList()))
                    .append(line(result.columns().stream().map(column -> "---").toList()));
        }
        for (List<@Nullable Object> row :
                Rows.of(engine, view.example()).rows().stream().limit(5).toList()) {
            page.append(line(row.stream().map(NumberText::of).toList()));
        }
    }

    private static String line(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
    }
}
