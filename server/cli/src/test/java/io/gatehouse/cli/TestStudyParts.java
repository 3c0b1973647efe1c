package io.gatehouse.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.study.Figure;
import io.gatehouse.study.Part;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The reports for serving and for compression, of a run of the sample model with generated tokens: enough questions for
 * every figure, beside a run without some experts and the weights of the checkpoint.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestStudyParts {
    private static final Path SAMPLE =
            Path.of(System.getProperty("gatehouse.root")).resolve("core").resolve("sample");

    private static final List<Part> PARTS = List.of(Part.SERVING, Part.COMPRESSION);

    private final Map<Part, String> pages = new LinkedHashMap<>();
    private Path directory = Path.of("");
    private Path database = Path.of("");

    @BeforeAll
    void study(@TempDir Path folder) throws Exception {
        directory = folder;
        database = directory.resolve("sample.duckdb");
        run("--name", "whole", "--norms", "--record-lookahead", "1,2", "--max-new-tokens", "9");
        run("--name", "pruned", "--mask", "1:9");
        gatehouse("model", SAMPLE.resolve("model").toString(), "--db", database.toString());
        for (Part part : PARTS) {
            Path page = directory.resolve(part + ".html");
            gatehouse(
                    "study",
                    "--db",
                    database.toString(),
                    "--run",
                    "whole",
                    "--part",
                    part.toString(),
                    "-o",
                    page.toString());
            pages.put(part, Files.readString(page));
        }
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
                "260"));
        arguments.addAll(List.of(options));
        gatehouse(arguments.toArray(String[]::new));
    }

    private static String gatehouse(String... arguments) {
        CommandOutcome outcome = CommandOutcome.of(arguments);
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        return outcome.out();
    }

    @Test
    void everyFigureIsThereWithAPictureOrATable() {
        pages.forEach((part, html) -> {
            ReportPage page = new ReportPage(html);
            List<String> names =
                    part.figures(1, "generated").stream().map(Figure::name).toList();
            assertThat(page.figures()).isEqualTo(names);
            page.assertComplete(part.toString());
            assertThat(html)
                    .contains("<b>Figure 1.</b>", part.title(), "light-dark(", "@media print")
                    .doesNotContain("No chart: ", "Not in this report");
        });
    }

    /** Each number in the sentences and tables of a figure is among what its statements answer, asked anew. */
    @Test
    void everyNumberComesFromTheSqlBesideIt() {
        try (Store store = Store.open(database);
                QueryEngine engine = new QueryEngine(store)) {
            pages.values().forEach(html -> new ReportPage(html).assertNumbersComeFrom(engine));
        }
    }

    @Test
    void theLineOfChanceIsNamedInEveryPictureThatHasOne() {
        for (Part part : PARTS) {
            for (Figure figure : part.figures(1, "generated")) {
                if (figure.picture().containsKey("chance")) {
                    String section = requireNonNull(pages.get(part))
                            .replaceFirst("(?s).*<section class=\"figure\" id=\"%s\">".formatted(figure.name()), "")
                            .replaceFirst("(?s)</section>.*", "");
                    assertThat(section)
                            .as(figure.name())
                            .contains(
                                    "<line class=\"chance\"",
                                    ">" + figure.titles().get("chance") + "</text>");
                }
            }
        }
    }

    @Test
    void printsOnTenPages() throws Exception {
        for (Part part : PARTS) {
            assertThat(PrintedPage.count(directory.resolve(part + ".html"), directory.resolve(part + "-print")))
                    .as("%s", part)
                    .isBetween(2L, 10L);
        }
    }

    @Test
    void theTerminalAndJsonSayThePart() throws Exception {
        String printed = gatehouse(
                "study",
                "--db",
                database.toString(),
                "--part",
                "serving",
                "--format",
                "markdown",
                "-o",
                directory.resolve("serving.md").toString());
        assertThat(printed)
                .startsWith("Run “whole”, the last complete run without an intervention\n")
                .contains("\nCache of experts\n  Over ", " generated tokens, an LRU cache for 32 of the 64 experts");
        assertThat(directory.resolve("serving.md"))
                .content()
                .contains(": serving\n", "gatehouse study --part serving --format html", "**serve_plan.** One row per");
        JsonNode json = new ObjectMapper()
                .readTree(gatehouse("study", "--db", database.toString(), "--part", "compression", "--json"));
        assertThat(json.path("part").textValue()).isEqualTo("compression");
        assertThat(json.path("figures").path("dropping").path("dropped").intValue())
                .isEqualTo(4);
        assertThat(json.path("absent").isEmpty()).isTrue();
    }

    @Test
    void aPartThatIsNotThere() {
        CommandOutcome outcome = CommandOutcome.of("study", "--db", database.toString(), "--part", "training");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).contains("--part", "training", "[BASE, SERVING, COMPRESSION] (case-insensitive)");
    }
}
