package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.client.Column;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.sql.catalog.AnalysisView;
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

                Made from the heads of the files in [views/](../sql/query/src/main/resources/io/gatehouse/sql/views) by
                `TestViewsPage`: change those, not this page. Every view says over how many questions, tokens or experts it
                speaks (`n`), and at which tokens (`scope`): `last_prompt` is the token that answers, `prompt` every token of
                the prompt with it; what weights say has none. The examples are answered by a small file made by hand, whose
                numbers mean nothing. The pictures are of the sample: 520 questions, drawn as the report draws them. Where
                there is none, the rows are the picture.

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
                - A Closer Look (2406.18219) also compares the outputs of all experts at a token, and ranks them by their norms.
                  A run computes the experts that the router chose; all of them are eight times the work for OLMoE. Its
                  variants that put neurons into another order first are left out for the reason that `expert_similarity` has.
                - MoEC (2207.09094) constrains the variance of routing inside clusters while training, and drops whole clusters.
                  On a finished model there are no such clusters; `cluster_variance` is an analogue, and says so. For clusters
                  of more than two, cluster `expert_similarity` or `expert_coactivation` with a tool of your own.
                - HMoE's Laplace gate (2410.02935) needs the inputs of the router, which are not kept, and a model trained for it.
                - muMoE (2402.12550) and Omni-SMoLA (2312.00968) have no discrete choice, so that there is nothing to count. What
                  the former asks, which subjects suffer without an expert, is asked of `answers` of runs that mask one expert each.
                - The bounds on the generalisation error of sparse mixtures (2403.17404) hang on constants that routing does not
                  show.
                - InfiMM-Eval (2311.11567) is a quiz, whose categories of reasoning would stand in `question_attributes`; the
                  survey of multimodal agents defines nothing to measure.
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
        picture(page, view);
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

    /** TestViewPictures draws it. */
    private static void picture(StringBuilder page, AnalysisView view) {
        String[] picture = view.sections().getOrDefault("Picture", "table").split("\n", 2);
        if (picture[0].equals("table")) {
            return;
        }
        page.append("\n![%1$s of the sample](views/%1$s.svg)\n".formatted(view.name()));
        if (picture[0].startsWith("figure ")) {
            page.append(
                    "\nA figure of the report, by [%1$s.sql](../sql/study/src/main/resources/io/gatehouse/study/figures/%1$s.sql).\n"
                            .formatted(picture[0].substring("figure ".length())));
        } else {
            page.append("\n<details><summary>The SQL of the picture</summary>\n\n```sql\n%s\n```\n\n</details>\n"
                    .formatted(picture[1]));
        }
    }

    private static String line(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
    }
}
