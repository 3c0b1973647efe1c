package io.gatehouse.handover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.sql.EngineSession;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.store.transfer.ImportedRun;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.testing.PythonProgram;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * DuckDB 1.4 and 1.5 read database files and files of {@code export --as duckdb}, both from PyPI and from npm. The packages are in
 * folders of {@code -Dgatehouse.test.duckdb}, where {@code .ci/run} puts them.
 */
final class TestDuckDbClients {
    private static final Path CLIENTS = Path.of(
            System.getProperty("gatehouse.test.duckdb", System.getProperty("gatehouse.root", "") + "/.tmp/duckdb"));

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest
    @ValueSource(strings = {"1.4", "1.5"})
    void ofPythonReadBothFiles(String version) throws Exception {
        Path packages = client("python-" + version);
        PythonProgram python = PythonProgram.in(folder);
        assumeTrue(python.has(), "%s is no Python 3.9 or newer".formatted(python.command()));
        for (Path file : files()) {
            assertReads(
                    version,
                    file,
                    Map.of("PYTHONPATH", packages.toString()),
                    List.of(python.command(), script("client.py"), file.toString()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.4", "1.5"})
    void ofNodeReadBothFiles(String version) throws Exception {
        Path packages = client("npm-" + version);
        for (Path file : files()) {
            assertReads(
                    version,
                    file,
                    Map.of(),
                    List.of("node", script("client.mjs"), packages.toString(), file.toString()));
        }
    }

    private static Path client(String name) {
        Path packages = CLIENTS.resolve(name);
        assumeTrue(Files.isDirectory(packages), "there is no %s; .ci/run installs it".formatted(packages));
        return packages.toAbsolutePath();
    }

    /** The rows of all tables, by the version that was asked for. */
    private void assertReads(String version, Path file, Map<String, String> environment, List<String> command)
            throws Exception {
        Path text = Files.createTempFile(folder, "client", ".txt");
        ProcessBuilder client =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(text.toFile());
        client.environment().putAll(environment);
        int exit = client.start().waitFor();
        List<String> lines = Files.readAllLines(text);
        assertThat(exit).as("%s", lines).isZero();
        assertThat(lines.get(0).replace("v", "")).startsWith(version + ".");
        assertThat(lines.subList(1, lines.size()))
                .as("tables of %s", file.getFileName())
                .containsExactlyInAnyOrderElementsOf(PlainTables.counts(file))
                .anyMatch(line -> line.matches("(decisions|activations) [1-9].*"));
    }

    private String script(String name) throws IOException {
        Path script = folder.resolve(name);
        try (InputStream in = TestDuckDbClients.class.getResourceAsStream(name)) {
            Files.write(script, Objects.requireNonNull(in, name).readAllBytes());
        }
        return script.toString();
    }

    /** A database and an export of it. */
    private List<Path> files() {
        Path database = folder.resolve("stored.duckdb");
        Path export = folder.resolve("plain.duckdb");
        TracedLayer layer =
                new TracedLayer(0, 2, new int[] {0, 1}, new int[] {0, 1, 2, 3}, true, new float[0], new float[0]);
        TracedSequence sequence = new TracedSequence("a", Optional.empty(), "", new int[0], 2, List.of(layer));
        try (Store store = Store.create(database)) {
            store.importRun(ImportedRun.of("r", "test", "m", 1, 4, 2, Map.of(), List.of(sequence), List.of()), "test");
            try (QueryEngine engine = new QueryEngine(store)) {
                new Handover(new EngineSession(engine, () -> {}), Choices.none())
                        .write(HandoverFormats.of("duckdb"), export);
            }
        }
        return List.of(database, export);
    }
}
