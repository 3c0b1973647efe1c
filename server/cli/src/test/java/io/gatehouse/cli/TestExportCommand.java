package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.handover.HandoverFormat;
import io.gatehouse.handover.HandoverFormats;
import io.gatehouse.testing.PythonProgram;
import io.gatehouse.testing.store.SeededFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestExportCommand {
    @TempDir
    private Path directory;

    private String file = "";
    private String exported = "";

    @BeforeEach
    void write() {
        Path path = directory.resolve("a.duckdb");
        SeededFile.write(path);
        file = path.toString();
        exported = directory.resolve("exported").toString();
    }

    @Test
    void answersLikeTheFileItCameFrom() {
        CommandOutcome export = CommandOutcome.of("export", "--db", file, "--output", exported, "--json");
        assertThat(export.exitCode()).as(export.err()).isZero();
        assertThat(export.out()).contains("\"runs\" : 1", "\"shards\" : 1");
        for (List<String> command : List.of(
                List.of("runs", "list"),
                List.of("runs", "show", "first", "--json"),
                List.of("sql", "-c", "SHOW TABLES"),
                List.of("sql", "-c", "DESCRIBE activations"),
                List.of("sql", "-c", "SELECT * FROM activations ORDER BY question_id, layer, position, rank LIMIT 50"),
                List.of(
                        "sql",
                        "-c",
                        "SELECT layer, expert, count(*), sum(weight) FROM activations GROUP BY ALL ORDER BY ALL"),
                List.of("sql", "-c", "EXPLAIN SELECT layer, count(*) FROM activations GROUP BY layer"),
                List.of("sql", "-c", "SELECT * FROM unused_experts ORDER BY scope, layer"),
                List.of("sql", "-c", "SELECT * FROM gate_entropy ORDER BY scope, layer"),
                List.of("sql", "-c", "SELECT * FROM expert_accuracy ORDER BY scope, layer, expert"))) {
            CommandOutcome ofDirectory = on(exported, command);
            assertThat(ofDirectory).as("%s", command).isEqualTo(on(file, command));
            assertThat(ofDirectory.exitCode()).as("%s", command).isZero();
        }
        assertThat(content(exported)).isEqualTo(content(file)).contains("content ");
    }

    @Test
    void saysThatADirectoryIsReadOnly() {
        assertThat(CommandOutcome.of("export", "--db", file, "--output", exported)
                        .exitCode())
                .isZero();
        for (List<String> command : List.of(
                List.of("runs", "delete", "first"), List.of("runs", "compact"), List.of("demo", "--no-console"))) {
            CommandOutcome outcome = on(exported, command);
            assertThat(outcome.exitCode()).as("%s", command).isEqualTo(1);
            assertThat(outcome.err())
                    .as("%s", command)
                    .contains(exported, "read-only")
                    .hasLineCount(1);
        }
    }

    /** What goes out as CommitteeAudit's table comes in again as the same routing. */
    @Test
    void handsARunOverToOtherPrograms() throws IOException {
        String table = directory.resolve("committee.csv").toString();
        handOver("committee", table);
        String other = directory.resolve("b.duckdb").toString();
        CommandOutcome imported =
                CommandOutcome.of("import", "--from", "committee", "--db", other, "--name", "again", table);
        assertThat(imported.exitCode()).as(imported.err()).isZero();
        List<String> routing = List.of("sql", "--format", "csv", "-c", """
                SELECT dense_rank() OVER (ORDER BY question_id) AS prompt, layer, rank, expert, weight FROM activations
                WHERE is_last_prompt ORDER BY prompt, layer, rank
                """);
        assertThat(on(other, routing).out()).isEqualTo(on(file, routing).out());
        assertThat(on(other, routing).out())
                .hasLineCount((int) Files.readString(Path.of(table)).lines().count());

        String loads = directory.resolve("loads.json").toString();
        handOver("eplb", loads);
        JsonNode counts = new ObjectMapper().readTree(Path.of(loads).toFile()).get("logical_count");
        CommandOutcome experts = on(
                file,
                List.of(
                        "sql",
                        "--format",
                        "csv",
                        "-c",
                        "SELECT activations FROM experts WHERE scope = 'prompt' ORDER BY layer, expert"));
        List<String> listed = new ArrayList<>();
        counts.forEach(layer -> layer.forEach(count -> listed.add(count.asText())));
        assertThat(experts.out().lines().skip(1)).containsExactlyElementsOf(listed);
    }

    private void handOver(String format, String to) {
        CommandOutcome outcome =
                CommandOutcome.of("export", "--as", format, "--run", "first", "--db", file, "--output", to);
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains(to);
    }

    /** What another DuckDB, that of Python, finds in the file is what SQL finds. */
    @Test
    void anyDuckDbOpensAFileOfAllRelations() {
        String plain = directory.resolve("plain.duckdb").toString();
        CommandOutcome export = CommandOutcome.of("export", "--as", "duckdb", "--db", file, "--output", plain);
        assertThat(export.exitCode()).as(export.err()).isZero();
        PythonProgram python = PythonProgram.in(directory);
        assumeTrue(python.has("duckdb"), python.command() + " has no duckdb");
        PythonProgram.Output output = python.run(Map.of(), "-c", """
                import duckdb, sys
                with duckdb.connect(sys.argv[1], read_only=True) as connection:
                    for (name,) in connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall():
                        print(name, *connection.execute(f'SELECT count(*) FROM "{name}"').fetchone(), sep=",")
                """, plain);
        assertThat(output.exit()).as(output.text()).isZero();
        List<String> counts = output.text().lines().toList();
        assertThat(counts).hasSizeGreaterThan(50);
        String sql = counts.stream()
                .map(count -> count.substring(0, count.indexOf(',')))
                .map(name -> "SELECT '%s' AS name, count(*) AS n FROM \"%1$s\"".formatted(name))
                .collect(Collectors.joining(" UNION ALL ", "SELECT name, n FROM (", ") AS counts ORDER BY name"));
        CommandOutcome rows = on(file, List.of("sql", "--format", "csv", "-c", sql));
        assertThat(rows.out().lines().skip(1).toList()).isEqualTo(counts);
    }

    @Test
    void refusesOptionsThatWouldDoNothing() {
        for (List<String> wrong : List.of(
                List.of("--run", "first"),
                List.of("--as", "eplb"),
                List.of("--as", "onnx", "--run", "first"),
                List.of("--as", "eplb", "--run", "first", "--top-p", "0.5"),
                List.of("--hottest", "3"),
                List.of("--as", "duckdb", "--run", "first"),
                List.of("--as", "eplb", "--run", "first", "--relations", "runs"),
                List.of("--as", "committee", "--run", "first", "--scope", "prompt"))) {
            List<String> command = new ArrayList<>(List.of("export", "--output", exported));
            command.addAll(wrong);
            CommandOutcome outcome = on(file, command);
            assertThat(outcome.exitCode()).as("%s", wrong).isEqualTo(1);
            assertThat(outcome.err())
                    .startsWith("error: ")
                    .endsWith(".%n".formatted())
                    .hasLineCount(1);
            assertThat(Path.of(exported)).doesNotExist();
        }
        assertThat(on(file, List.of("export", "--output", exported, "--hottest", "3"))
                        .err())
                .isEqualTo("error: --hottest 3 needs --as FORMAT.%n".formatted());
    }

    /** Also by another name, and whatever the format. */
    @Test
    void theDatabaseIsNotReplaced() throws IOException {
        byte[] before = Files.readAllBytes(Path.of(file));
        Path link = Files.createSymbolicLink(directory.resolve("link.json"), Path.of(file));
        for (HandoverFormat format : HandoverFormats.ALL) {
            for (String output :
                    List.of(file, directory.resolve("x/../a.duckdb").toString(), link.toString())) {
                List<String> command = new ArrayList<>(List.of("export", "--as", format.id(), "--output", output));
                if (!format.id().equals("duckdb")) {
                    command.addAll(List.of("--run", "first"));
                }
                CommandOutcome outcome = on(file, command);
                assertThat(outcome.exitCode()).as("%s", command).isEqualTo(1);
                assertThat(outcome.err())
                        .isEqualTo("error: %s is the database that is exported; give another --output.%n"
                                .formatted(output));
            }
        }
        assertThat(Path.of(file)).hasBinaryContent(before);
    }

    private static String content(String database) {
        CommandOutcome verify = CommandOutcome.of("verify", "--db", database);
        assertThat(verify.exitCode()).as(verify.out()).isZero();
        return verify.out()
                .lines()
                .filter(line -> line.startsWith("first "))
                .findFirst()
                .orElseThrow();
    }

    private static CommandOutcome on(String database, List<String> command) {
        List<String> arguments = new ArrayList<>(command);
        arguments.addAll(List.of("--db", database));
        CommandOutcome outcome = CommandOutcome.of(arguments.toArray(String[]::new));
        // How long it took is nobody's business here.
        return new CommandOutcome(outcome.exitCode(), outcome.out().replaceAll(", [0-9.]+ s\\n", "\n"), outcome.err());
    }
}
