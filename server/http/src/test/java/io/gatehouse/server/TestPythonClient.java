package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.server.http.Json;
import io.gatehouse.testing.PythonProgram;
import io.gatehouse.testing.RecordCopy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the tests and the notebook of the Python package against real servers. Skips without Python 3.9; {@code
 * -Dgatehouse.test.python} names one, by default python3. What needs other packages runs where that Python has them.
 */
final class TestPythonClient {
    private static final Path NOTEBOOK =
            Path.of(System.getProperty("gatehouse.root"), "docs", "samples", "notebook", "record.ipynb");
    private static final String TOKEN = "token-of-the-python-tests";

    @TempDir
    private Path directory;

    @Test
    void passesItsTests() throws Exception {
        PythonProgram python = PythonProgram.in(directory);
        assumeTrue(python.has(), python.command() + " is not a Python 3.9 or newer");
        AccessSettings access = new AccessSettings(Optional.of(TOKEN), Optional.empty(), false, List.of());
        try (TestingServer open = TestingServer.start(Files.createDirectory(directory.resolve("open")));
                TestingServer locked = TestingServer.start(
                        Files.createDirectory(directory.resolve("locked")),
                        settings -> RecordCopy.of(settings, Map.of("access", access)))) {
            PythonProgram.Output output = python.run(
                    Map.of(
                            "GATEHOUSE_TEST_URL", open.uri().toString(),
                            "GATEHOUSE_TEST_TOKEN_URL", locked.uri().toString(),
                            "GATEHOUSE_TEST_TOKEN", TOKEN),
                    "-m",
                    "unittest",
                    "discover",
                    "--verbose",
                    "--start-directory",
                    PythonProgram.PACKAGE.resolve("tests").toString());
            assertThat(output.exit()).as(output.text()).isZero();
            assertThat(output.text())
                    .contains("test_fetches_rows_one_many_and_all")
                    .doesNotContain("GATEHOUSE_TEST_URL names no server");
        }
    }

    /** Its types, as strict as mypy can be. */
    @Test
    void hasTypes() {
        PythonProgram python = PythonProgram.in(directory);
        assumeTrue(python.has("mypy"), python.command() + " has no mypy");
        PythonProgram.Output output = python.run(
                Map.of("PYTHONPATH", ""),
                "-m",
                "mypy",
                "--strict",
                "--cache-dir",
                directory.resolve("cache").toString(),
                PythonProgram.PACKAGE.resolve("src").resolve("gatehouse").toString());
        assertThat(output.exit()).as(output.text()).isZero();
    }

    /**
     * 48 prompts of 12 tokens, 64 generated: in each of four layers 48 × 12 tokens and 48 × 63, by four experts. The console
     * shows how many there are while they are recorded.
     */
    @Test
    void runsTheNotebookWhileTheConsoleShowsTheRunGrow() throws Exception {
        Browser.assumePresent();
        PythonProgram python = PythonProgram.in(directory);
        assumeTrue(
                python.has("torch", "transformers", "nbconvert", "ipykernel", "pandas", "pyarrow"),
                python.command() + " lacks torch, transformers, nbconvert, ipykernel, pandas or pyarrow");
        try (TestingServer server = TestingServer.start(Files.createDirectory(directory.resolve("server")));
                Browser browser = Browser.open(
                        URI.create(server.uri() + "#screen=runs"),
                        Files.createDirectory(directory.resolve("browser")))) {
            CompletableFuture<PythonProgram.Output> notebook = CompletableFuture.supplyAsync(() -> python.run(
                    Map.of("GATEHOUSE_URL", server.uri().toString()),
                    "-m",
                    "nbconvert",
                    "--execute",
                    "--to",
                    "markdown",
                    "--output-dir",
                    directory.toString(),
                    NOTEBOOK.toString()));
            Set<String> sizes = new LinkedHashSet<>();
            while (!notebook.isDone()) {
                sizes.addAll(browser.texts("td.quiz .below"));
                Thread.sleep(20);
            }
            PythonProgram.Output output = notebook.get();
            assertThat(output.exit()).as(output.text()).isZero();
            browser.awaitTexts("td.quiz .below", "48 sequences");
            // Four at a time; the page reads them once a second.
            assertThat(sizes).hasSizeGreaterThan(1).allMatch(size -> size.matches("\\d+ sequences"));
            String page = Files.readString(directory.resolve("record.md"));
            assertThat(page).contains("<th>generated</th>", "<th>prompt</th>").doesNotContain("NaN");
            assertThat(server.query("""
                    SELECT x.scope, x.layer, CAST(sum(x.activations) AS BIGINT) AS n
                    FROM experts AS x JOIN runs AS r ON r.run_id = x.run_id
                    WHERE r.name = 'notebook' AND x.scope IN ('prompt', 'generated')
                    GROUP BY x.scope, x.layer
                    ORDER BY x.scope, x.layer""").body()).contains("""
                                            "rows":[["generated",0,12096],["generated",1,12096],["generated",2,12096],["generated",3,12096],\
                                            ["prompt",0,2304],["prompt",1,2304],["prompt",2,2304],["prompt",3,2304]]""");
        }
    }

    @Test
    void theNotebookIsShort() throws Exception {
        long lines = 0;
        for (JsonNode cell :
                Json.tree(Files.readAllBytes(NOTEBOOK), NOTEBOOK.toString()).path("cells")) {
            if (cell.path("cell_type").asText().equals("code")) {
                for (JsonNode line : cell.path("source")) {
                    lines += line.asText().isBlank() ? 0 : 1;
                }
            }
        }
        assertThat(lines).isBetween(1L, 20L);
    }
}
