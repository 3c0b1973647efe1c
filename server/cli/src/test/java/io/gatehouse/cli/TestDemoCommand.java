package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
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
    }
}
