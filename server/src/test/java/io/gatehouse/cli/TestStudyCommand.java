package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.study.Rows;
import io.gatehouse.study.report.NumberText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The report of runs of the sample model: one as it is, one without the experts that the first never used. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestStudyCommand {
    private static final Path SAMPLE =
            Path.of(System.getProperty("gatehouse.root")).resolve("core").resolve("sample");
    private static final Pattern FIGURE =
            Pattern.compile("<section class=\"figure\" id=\"(\\w+)\">(.*?)</section>", Pattern.DOTALL);

    private Path database = Path.of("");
    private Path report = Path.of("");
    private String page = "";

    @BeforeAll
    void study(@TempDir Path directory) throws Exception {
        database = directory.resolve("sample.duckdb");
        report = directory.resolve("report.html");
        run("--name", "whole", "--norms");
        run("--name", "pruned", "--mask-unused-of", "whole", "--unused-scope", "last_prompt");
        CommandOutcome outcome =
                CommandOutcome.of("study", "--db", database.toString(), "--run", "whole", "-o", report.toString());
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("Experts that never fire", report.toUri().toString());
        page = Files.readString(report);
    }

    private void run(String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "run",
                "--model",
                SAMPLE.resolve("model").toString(),
                "--quiz",
                SAMPLE.resolve("quiz").toString(),
                "--db",
                database.toString(),
                "--limit",
                "520"));
        arguments.addAll(List.of(options));
        CommandOutcome run = CommandOutcome.of(arguments.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    @Test
    void everyFigureIsThere() {
        List<String> names =
                all(FIGURE, page).stream().map(figure -> figure.group(1)).toList();
        assertThat(names)
                .containsExactly(
                        "answers",
                        "unused",
                        "entropy",
                        "accuracy",
                        "subjects",
                        "load",
                        "margins",
                        "specialisation",
                        "coactivation",
                        "criteria",
                        "interventions");
    }

    /** Each number in the sentences and tables of a figure is among what its statements answer, asked anew. */
    @Test
    void everyNumberComesFromTheSqlBesideIt() {
        try (Store store = Store.open(database);
                QueryEngine engine = new QueryEngine(store)) {
            for (MatchResult figure : all(FIGURE, page)) {
                String name = figure.group(1);
                String text = figure.group(2);
                Set<String> inSentences = written(engine, statement(text, "sentences"));
                List<String> values = contents(text, "data");
                assertThat(values).as(name).isNotEmpty();
                assertThat(inSentences).as(name).containsAll(values);
                assertThat(sentence(text).replace("95 %", "").replace("5 %", ""))
                        .as("prose of %s", name)
                        .doesNotContainPattern("\\d");
                Set<String> inRows = written(engine, statement(text, "rows"));
                List<String> cells = contents(text, "td");
                assertThat(cells).as(name).isNotEmpty();
                assertThat(inRows).as(name).containsAll(cells);
            }
        }
    }

    @Test
    void thePageNeedsNothingBesideIt() {
        assertThat(page).doesNotContain("<script", "http://", "https://", "<link", "@import", "url(");
        assertThat(page).contains("<svg", "light-dark(", "@media print");
        assertThat(page.toLowerCase(Locale.ROOT)).doesNotContain("importance");
    }

    @Test
    void withoutANameItIsTheLastRunThatChangesNothing() {
        CommandOutcome markdown =
                CommandOutcome.of("study", "--db", database.toString(), "--format", "markdown", "-o", "-");
        assertThat(markdown.exitCode()).as(markdown.err()).isZero();
        assertThat(markdown.out()).startsWith("# How").contains("Run “whole”", "```sql", "| --- |");
    }

    @Test
    void aRunThatIsNotThere() {
        CommandOutcome outcome = CommandOutcome.of("study", "--db", database.toString(), "--run", "none");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err())
                .isEqualToIgnoringNewLines("error: %s holds no run named \"none\"".formatted(database));
    }

    @Test
    void aPlaceThatCannotBeWritten() {
        CommandOutcome outcome = CommandOutcome.of(
                "study", "--db", database.toString(), "--run", "whole", "-o", database + "/report.html");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err())
                .startsWith("error: The report cannot be written to")
                .hasLineCount(1);
    }

    private static Set<String> written(QueryEngine engine, String sql) {
        Set<String> written = new HashSet<>();
        Rows.of(engine, sql).rows().forEach(row -> row.forEach(value -> written.addAll(NumberText.everyWay(value))));
        return written;
    }

    private static String statement(String figure, String kind) {
        return plain(contents(figure, "pre class=\"%s\"".formatted(kind)).get(0));
    }

    private static String sentence(String figure) {
        return contents(figure, "p class=\"finding\"").get(0).replaceAll("<data>.*?</data>", "");
    }

    private static List<String> contents(String html, String tag) {
        String name = tag.split(" ", -1)[0];
        Pattern element = Pattern.compile("<%s(?: class=\"words\")?>(.*?)</%s>".formatted(tag, name), Pattern.DOTALL);
        return all(element, html).stream().map(match -> plain(match.group(1))).toList();
    }

    private static List<MatchResult> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().toList();
    }

    private static String plain(String html) {
        return html.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&amp;", "&");
    }
}
