package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.testing.JavaCommand;
import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestDemoCommand {
    @TempDir
    private Path directory;

    @Test
    void endsInAReportOfWhichEveryNumberIsAsked() throws Exception {
        Path database = directory.resolve("demo.duckdb");
        CommandOutcome demo = CommandOutcome.of("demo", "--no-console", "--db", database.toString());
        assertThat(demo.exitCode()).as(demo.err()).isZero();
        Path report = directory.resolve("demo-report.html");
        assertThat(demo.out())
                .matches(
                        "(?ms).*^Accuracy +88\\.3% of 1,560 answers \\(95% CI [0-9.]+% to [0-9.]+%; chance 25\\.0%\\)$.*")
                .contains("Unused experts", "Report written to " + report.toUri(), "Try next");
        assertThat(demo.out().lines().count()).as("%s", demo.out()).isLessThanOrEqualTo(12);
        assertThat(demo.out().lines().limit(7)).allMatch(line -> line.length() < 110);
        ReportPage page = new ReportPage(Files.readString(report));
        assertThat(page.figures())
                .containsSubsequence("answers", "unused", "entropy", "accuracy", "subjects", "load", "weights");
        try (Store store = Store.open(database);
                QueryEngine engine = new QueryEngine(store)) {
            page.assertNumbersComeFrom(engine);
        }

        CommandOutcome again = CommandOutcome.of("demo", "--no-console", "--db", database.toString());
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.err()).contains("is the finished demo run; it is not repeated.");
        assertThat(Files.readString(report)).isEqualTo(page.html());
        Console console = console(database);
        assertThat(console.lines())
                .as("its model computes runs and answers no requests")
                .noneMatch(line -> line.startsWith("Models"))
                .last()
                .isEqualTo("Press Ctrl-C to stop.");
        assertThat(console.sources())
                .as("what the console can start a run with")
                .contains("\"name\":\"gatehouse-sample-moe\"", "\"name\":\"gatehouse-sample-quiz\"");
    }

    /**
     * What the demo serves.
     *
     * @param lines what it prints until then
     * @param sources the models and quizzes of its server
     */
    private record Console(List<String> lines, String sources) {}

    private static Console console(Path database) throws Exception {
        Process demo = new ProcessBuilder(JavaCommand.of(
                        Gatehouse.class,
                        List.of("-Dgatehouse.home=" + System.getProperty("gatehouse.home", "")),
                        "demo",
                        "--db",
                        database.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines = new ArrayList<>();
        String sources = "";
        try (BufferedReader out = demo.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
                if (line.startsWith("Press")) {
                    sources = sources(lines);
                    break;
                }
            }
        } finally {
            demo.destroyForcibly();
        }
        return new Console(lines, sources);
    }

    private static String sources(List<String> lines) throws Exception {
        URI server = lines.stream()
                .map(String::strip)
                .filter(line -> line.startsWith("http://127.0.0.1:"))
                .map(URI::create)
                .findFirst()
                .orElseThrow();
        HttpRequest request =
                HttpRequest.newBuilder(server.resolve("/v1/sources")).build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
