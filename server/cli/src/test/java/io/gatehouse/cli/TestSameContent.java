package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.store.Store;
import io.gatehouse.store.verify.Verification;
import io.gatehouse.testing.JavaCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run in {@code exact} has one content, and one hash of it, on however many cores it is made and verified. */
final class TestSameContent {
    private static final Path SAMPLE =
            Path.of(System.getProperty("gatehouse.root")).resolve("core").resolve("sample");
    private static final Path TASKSET = Path.of("/usr/bin/taskset");

    @TempDir
    private Path directory;

    @Test
    void onOneCoreAndOnAll() throws Exception {
        assumeTrue(Files.isExecutable(TASKSET), "a process can be held to one core only by taskset, of util-linux");
        Path one = directory.resolve("one.duckdb");
        Path all = directory.resolve("all.duckdb");
        gatehouse(List.of(TASKSET.toString(), "-c", "0"), run(one));
        gatehouse(List.of(), run(all));
        Verification made;
        try (Store store = Store.open(one)) {
            made = store.verify();
        }
        try (Store store = Store.open(all)) {
            assertThat(store.verify()).isEqualTo(made);
        }
        assertThat(made.problems()).isEmpty();
        assertThat(made.runs())
                .singleElement()
                .satisfies(run -> assertThat(run.answers()).isEqualTo(26));
        String hash = made.runs().get(0).hash();
        assertThat(gatehouse(List.of(TASKSET.toString(), "-c", "0"), verify(all)))
                .contains(hash);
        assertThat(gatehouse(List.of(), verify(all))).contains(hash);
    }

    private static List<String> run(Path file) {
        return List.of(
                "run",
                "--model",
                SAMPLE.resolve("model").toString(),
                "--quiz",
                SAMPLE.resolve("quiz").toString(),
                "--limit",
                "26",
                "--precision",
                "exact",
                "--db",
                file.toString());
    }

    private static List<String> verify(Path file) {
        return List.of("verify", "--db", file.toString());
    }

    /** Runs a command in a process of its own and returns what it printed. */
    private String gatehouse(List<String> before, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(before);
        command.addAll(JavaCommand.of(Gatehouse.class, List.of(), arguments.toArray(String[]::new)));
        Path out = Files.createTempFile(directory, "out", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(out)).isZero();
        return Files.readString(out);
    }
}
