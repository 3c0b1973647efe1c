package io.gatehouse.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.cli.Gatehouse;
import io.gatehouse.sample.routing.SyntheticRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Skips without a Python that has the packages of the bench; {@code -Dgatehouse.test.python} names one. */
final class TestPeers {
    private static final Path PEERS = Path.of(System.getProperty("gatehouse.root"), "server", "bench", "peers");
    private static final String PYTHON = System.getProperty("gatehouse.test.python", "python3");
    private static final List<String> SYSTEMS = List.of("gatehouse", "duckdb", "polars", "datafusion", "chdb");

    @TempDir
    private Path directory;

    @BeforeEach
    void needsPackages() throws Exception {
        assumeTrue(
                succeeds("-c", "import chdb, datafusion, duckdb, polars, pyarrow"),
                "%s does not have the packages of server/bench/peers/requirements.txt".formatted(PYTHON));
    }

    private boolean succeeds(String... arguments) throws InterruptedException {
        try {
            return python(List.of(arguments)).exit() == 0;
        } catch (IOException e) {
            // No Python at all.
            return false;
        }
    }

    @Test
    void allSystemsGiveTheSameAnswers() throws Exception {
        Path database = directory.resolve("bench.duckdb");
        SyntheticRun.write(database, 200_000);
        Output output = python(List.of(
                PEERS.resolve("peers.py").toString(),
                "--db",
                database.toString(),
                "--gatehouse",
                launcher().toString(),
                "--rounds",
                "1",
                "--json"));
        assertThat(output.exit()).as(output.errors()).isZero();
        JsonNode result = new ObjectMapper().readTree(output.text());
        assertThat(result.at("/activations").asLong()).isGreaterThanOrEqualTo(200_000);
        assertThat(result.at("/questions")).hasSize(12).allSatisfy(question -> {
            assertThat(question.at("/rows").asLong()).isPositive();
            assertThat(SYSTEMS)
                    .allSatisfy(
                            system -> assertThat(question.at("/ms").path(system).asDouble())
                                    .isPositive());
        });
        assertThat(result.at("/ratios/gatehouse/geometric_mean").asDouble()).isEqualTo(1);
    }

    @Test
    void anAnswerThatDiffersIsFound() throws Exception {
        Output output = python(List.of("-m", "unittest", "discover", "--start-directory", PEERS.toString()));
        assertThat(output.exit()).as(output.errors()).isZero();
    }

    /** Starts Gatehouse from the class path of this test, as the script of a clone does from its build. */
    private Path launcher() throws IOException {
        List<String> command = List.of(
                "exec",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-Dgatehouse.home=" + System.getProperty("gatehouse.home"),
                "$GATEHOUSE_JAVA_OPTIONS",
                "-cp",
                "'" + System.getProperty("java.class.path") + "'",
                Gatehouse.class.getName(),
                "\"$@\"");
        Path script =
                Files.writeString(directory.resolve("gatehouse"), "#!/bin/sh\n" + String.join(" ", command) + "\n");
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    private record Output(int exit, String text, String errors) {}

    private Output python(List<String> arguments) throws IOException, InterruptedException {
        Path text = directory.resolve("text");
        Path errors = directory.resolve("errors");
        List<String> command =
                Stream.concat(Stream.of(PYTHON), arguments.stream()).toList();
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(text.toFile()).redirectError(errors.toFile());
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Output(process.exitValue(), Files.readString(text), Files.readString(errors));
    }
}
