package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.cli.run.WorkerCommand;
import io.gatehouse.cli.run.WorkerPlanner;
import io.gatehouse.server.GatehouseServer;
import io.gatehouse.server.ListenAddress;
import io.gatehouse.server.ServerSettings;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.testing.JavaCommand;
import io.gatehouse.testing.store.SeededFile;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands on a file that another process has open: each says who that is and what else could have been done. */
@Timeout(180)
final class TestSharedFile {
    private static final Path SAMPLE = Path.of(System.getProperty("gatehouse.root"), "core", "sample");
    private static final String HINT = "To look at a file while runs write it, start 'gatehouse serve' first:"
            + " 'gatehouse run' then hands its runs to the server.";

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void write() {
        file = folder.resolve("shared.duckdb");
        SeededFile.write(file);
    }

    @Test
    void whatCouldHaveBeenDoneIsSaidByEveryCommand() throws Exception {
        Path checks = Files.writeString(folder.resolve("checks.sql"), "SELECT 1 WHERE FALSE;");
        Path responses = Files.writeString(
                folder.resolve("responses.jsonl"), "{\"prompt_routed_experts\": [[[3, 1]], [[0, 3]]]}");
        String db = file.toString();
        Process holder = process("mcp", "--db", db);
        try {
            awaitAnswer(holder);
            for (List<String> command : List.of(
                    List.of("sql", "--db", db, "-c", "SELECT 1"),
                    List.of("check", "--db", db, checks.toString()),
                    List.of("mcp", "--db", db),
                    List.of(
                            "run",
                            "--db",
                            db,
                            "--model",
                            SAMPLE.resolve("model").toString(),
                            "--quiz",
                            SAMPLE.resolve("quiz").toString()),
                    List.of("runs", "list", "--db", db),
                    List.of("runs", "edit", "--db", db, "first", "--note", "x"),
                    List.of("runs", "delete", "--db", db, "first"),
                    List.of("runs", "compact", "--db", db),
                    List.of("study", "--db", db),
                    List.of("verify", "--db", db),
                    List.of(
                            "export",
                            "--db",
                            db,
                            "--output",
                            folder.resolve("export").toString()),
                    List.of("import", "--from", "vllm", "--name", "i", "--db", db, responses.toString()),
                    List.of("model", SAMPLE.resolve("model").toString(), "--db", db))) {
                CommandOutcome outcome = CommandOutcome.of(command.toArray(String[]::new));
                assertThat(outcome.exitCode()).as("%s", command).isEqualTo(1);
                assertThat(outcome.err())
                        .as("%s", command)
                        .contains("is in use by process %d (".formatted(holder.pid()))
                        .contains(HINT)
                        .hasLineCount(1);
            }
        } finally {
            holder.destroyForcibly();
        }
    }

    @Test
    void theShellSaysWhatAServerAnswers() throws Exception {
        ServerSettings settings = ServerSettings.standard(new ListenAddress("127.0.0.1", 0), "test");
        try (Store store = Store.open(file);
                QueryEngine engine = new QueryEngine(store);
                GatehouseServer server = GatehouseServer.start(
                        store, engine, settings, new WorkerPlanner(store, WorkerCommand.standard()))) {
            Process shell = process("sql", "--db", file.toString());
            try (Writer none = shell.outputWriter()) {
                none.flush();
                String err = new String(shell.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(err.strip())
                        .endsWith(
                                "%s is open in the server at %s, and the shell needs the file itself. Use -c, -f or standard input, which the server answers."
                                        .formatted(file, server.uri()));
                assertThat(shell.waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(shell.exitValue()).isEqualTo(1);
            } finally {
                shell.destroyForcibly();
            }
        }
    }

    /** As a user starts it in a terminal. */
    private static Process process(String... arguments) throws Exception {
        return new ProcessBuilder(JavaCommand.of(Gatehouse.class, List.of("-Dgatehouse.interactive=true"), arguments))
                .start();
    }

    /** By then it has the file open. */
    private static void awaitAnswer(Process agent) throws Exception {
        Writer in = agent.outputWriter();
        in.write(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
                        + "\"capabilities\":{},\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}\n");
        in.flush();
        assertThat(agent.inputReader().readLine()).contains("protocolVersion");
    }
}
