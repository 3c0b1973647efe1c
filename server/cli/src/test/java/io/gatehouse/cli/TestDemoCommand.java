package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.testing.JavaCommand;
import java.io.BufferedReader;
import java.io.IOException;
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
        assertThat(demo.out()).contains("Unused experts", "Report written to " + report.toUri(), "Try next");
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
        assertThat(printedByConsole(database))
                .as("its model computes runs and answers no requests")
                .noneMatch(line -> line.startsWith("Models"))
                .last()
                .isEqualTo("Press Ctrl-C to stop.");
    }

    /** What the demo prints until it serves. */
    private static List<String> printedByConsole(Path database) throws IOException {
        Process demo = new ProcessBuilder(JavaCommand.of(
                        Gatehouse.class,
                        List.of("-Dgatehouse.home=" + System.getProperty("gatehouse.home", "")),
                        "demo",
                        "--db",
                        database.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = demo.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
                if (line.startsWith("Press")) {
                    break;
                }
            }
        } finally {
            demo.destroyForcibly();
        }
        return lines;
    }
}
