package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.testing.JavaCommand;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ends a run from outside, in a process of its own: what it says last must not be lost in the end of the process. */
@Timeout(120)
final class TestInterruptedRun {
    private static final Path SAMPLE =
            Path.of(System.getProperty("gatehouse.root")).resolve("core").resolve("sample");

    @TempDir
    private Path folder = Path.of("");

    /** Repeated, because what is lost is lost by chance. */
    @RepeatedTest(3)
    void saysWhatIsKept() throws Exception {
        Path file = folder.resolve("interrupted.duckdb");
        Path err = folder.resolve("err");
        Process run = run(file).redirectError(err.toFile()).start();
        try {
            while (!Files.readString(err, StandardCharsets.UTF_8).contains("Expected size")) {
                assertThat(run.isAlive()).isTrue();
                TimeUnit.MILLISECONDS.sleep(10);
            }
            run.destroy();
            assertThat(run.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            run.destroyForcibly();
        }
        assertThat(Files.readAllLines(err, StandardCharsets.UTF_8))
                .last()
                .asString()
                .matches("error: The run was cancelled; the answers to \\d+ of 1560 questions are kept\\."
                        + " Repeat the command with --name model-quiz to resume\\.");
        try (Store store = Store.open(file)) {
            assertThat(store.runs()).allMatch(kept -> kept.status() == RunStatus.CANCELLED);
        }
    }

    private static ProcessBuilder run(Path file) {
        return new ProcessBuilder(JavaCommand.of(
                Gatehouse.class,
                List.of(),
                "run",
                "--model",
                SAMPLE.resolve("model").toString(),
                "--quiz",
                SAMPLE.resolve("quiz").toString(),
                "--db",
                file.toString()));
    }
}
