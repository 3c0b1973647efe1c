package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The report of runs of the sample model: one as it is, one without the experts that the first never used. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestStudyCommand {
    private static final Path SAMPLE =
            Path.of(System.getProperty("gatehouse.root")).resolve("core").resolve("sample");

    private Path database = Path.of("");
    private Path report = Path.of("");
    private String page = "";

    @BeforeAll
    void study(@TempDir Path directory) throws Exception {
        database = directory.resolve("sample.duckdb");
        report = directory.resolve("report.html");
        run("--name", "whole", "--norms");
        run("--name", "pruned", "--mask-unused-of", "whole", "--unused-scope", "last_prompt");
        CommandOutcome weights =
                CommandOutcome.of("model", SAMPLE.resolve("model").toString(), "--db", database.toString(), "--json");
        assertThat(weights.exitCode()).as(weights.err()).isZero();
        assertThat(weights.out()).contains("\"weights_kept_for\" : [ \"whole\", \"pruned\" ]");
        CommandOutcome outcome =
                CommandOutcome.of("study", "--db", database.toString(), "--run", "whole", "-o", report.toString());
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("Unused experts", report.toUri().toString());
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
        assertThat(new ReportPage(page).figures())
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
                        "norms",
                        "weights",
                        "interventions");
    }

    /** Each number in the sentences and tables of a figure is among what its statements answer, asked anew. */
    @Test
    void everyNumberComesFromTheSqlBesideIt() {
        try (Store store = Store.open(database);
                QueryEngine engine = new QueryEngine(store)) {
            new ReportPage(page).assertNumbersComeFrom(engine);
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
        CommandOutcome html = CommandOutcome.of("study", "--db", database.toString(), "-o", report.toString());
        assertThat(html.out()).startsWith("Run “whole”, the last complete run without an intervention\n");
        assertThat(markdown.out())
                .startsWith("# How")
                .contains(
                        "Run “whole”. The charts are in the HTML report (`gatehouse study --format html`).",
                        "```sql",
                        "| --- |")
                .doesNotContain("<svg");
        assertThat(markdown.out())
                .contains("| Precision | exact |", "**unused_experts.** One row per run", "- Formula: unused = #{e");
    }

    /** An appendix: at most ten pages of A4, without SQL and tables of what a picture shows. */
    @Test
    void printsOnTenPages(@TempDir Path directory) throws Exception {
        assertThat(PrintedPage.count(report, directory)).isBetween(2L, 10L);
    }

    /** The p-value is what the table of interventions is for: nobody should have to scroll for it. */
    @Test
    void showsThePValuesInANarrowWindow(@TempDir Path directory) throws Exception {
        String places = PrintedPage.evaluated(report, directory, 1280, """
                const table = document.querySelector('#interventions .scroll');
                const head = [...table.querySelectorAll('th')].findIndex((cell) => cell.innerText.trim() === 'p value');
                const right = (element) => element.getBoundingClientRect().right;
                const cells = [...table.querySelectorAll('tbody tr')].map((row) => row.children[head]);
                return head < 0 || cells.length === 0 ? 'none'
                    : cells.every((cell) => right(cell) <= right(table) && right(cell) <= innerWidth) ? 'in sight' : 'out of sight';""");
        assertThat(places).isEqualTo("in sight");
    }

    /** Lines of SQL are longer than a window is wide. */
    @Test
    void noSqlIsCutAtTheEdge(@TempDir Path directory) throws Exception {
        String cut = PrintedPage.evaluated(report, directory, 700, """
                for (const closed of document.querySelectorAll('details')) closed.open = true;
                const all = [...document.querySelectorAll('pre')];
                return all.filter((one) => one.scrollWidth > one.clientWidth).length + ' of ' + all.length;""");
        assertThat(cut).matches("0 of [1-9]\\d+");
    }

    @Test
    void aRunThatIsNotThere() {
        CommandOutcome outcome = CommandOutcome.of("study", "--db", database.toString(), "--run", "none");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).isEqualToIgnoringNewLines("error: %s has no run named \"none\".".formatted(database));
    }

    @Test
    void aPlaceThatCannotBeWritten() {
        CommandOutcome outcome = CommandOutcome.of(
                "study", "--db", database.toString(), "--run", "whole", "-o", database + "/report.html");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err())
                .startsWith("error: ")
                .contains("report.html cannot be written: ")
                .hasLineCount(1);
    }
}
