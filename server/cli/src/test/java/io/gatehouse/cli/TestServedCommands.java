package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.cli.run.WorkerCommand;
import io.gatehouse.cli.run.WorkerPlanner;
import io.gatehouse.server.GatehouseServer;
import io.gatehouse.server.ListenAddress;
import io.gatehouse.server.ServerSettings;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.testing.store.SeededFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands on a file that a server has open: they go through the server, or say exactly what to do. */
@Timeout(180)
final class TestServedCommands {
    private static final Path MODEL = Path.of(System.getProperty("gatehouse.root"), "core", "sample", "model");

    @TempDir
    private Path folder;

    private Path file;
    private Store store;
    private QueryEngine engine;
    private GatehouseServer server;

    @BeforeEach
    void serve() {
        file = folder.resolve("served.duckdb");
        SeededFile.write(file);
        store = Store.open(file);
        engine = new QueryEngine(store);
        ServerSettings settings = ServerSettings.standard(new ListenAddress("127.0.0.1", 0), "test");
        server = GatehouseServer.start(store, engine, settings, new WorkerPlanner(store, WorkerCommand.standard()));
    }

    @AfterEach
    void stop() {
        server.close();
        engine.close();
        store.close();
    }

    @Test
    void listsAndShowsRuns() {
        CommandOutcome list = answered("runs", "list");
        assertThat(list.out()).containsPattern("1 +first +complete +24 of 24");
        assertThat(answered("runs", "show", "first").out()).containsPattern("Questions +24 of 24 answered");
        CommandOutcome missing = CommandOutcome.of("runs", "show", "--db", file.toString(), "other");
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(missing.err()).contains("holds no run named \"other\"");
    }

    @Test
    void writesReportsAndExportsOfOneRun() throws Exception {
        Path report = folder.resolve("report.html");
        answered("study", "-o", report.toString());
        assertThat(Files.readString(report)).contains("Figure 1.", "</html>");
        Path loads = folder.resolve("loads.json");
        answered("export", "--as", "eplb", "--run", "first", "--output", loads.toString());
        assertThat(Files.readString(loads)).contains("logical_count");
    }

    @Test
    void editsARun() {
        assertThat(CommandOutcome.of("runs", "edit", "--db", file.toString(), "first", "--name", "base", "--tags", "a")
                        .exitCode())
                .isZero();
        assertThat(store.run("base").questions()).isPositive();
        assertThat(CommandOutcome.of("runs", "edit", "--db", file.toString(), "first", "--note", "x")
                        .err())
                .contains("first")
                .hasLineCount(1);
    }

    @Test
    void deletesARun() {
        assertThat(CommandOutcome.of("runs", "delete", "--db", file.toString(), "first")
                        .exitCode())
                .isZero();
        assertThat(store.runs()).isEmpty();
        CommandOutcome again = CommandOutcome.of("runs", "delete", "--db", file.toString(), "first");
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.err()).contains("first").hasLineCount(1);
    }

    @Test
    void saysWhatToDoWhereTheFileItselfIsNeeded() throws Exception {
        Path responses = Files.writeString(
                folder.resolve("responses.jsonl"), "{\"prompt_routed_experts\": [[[3, 1]], [[0, 3]]]}");
        String db = file.toString();
        for (List<String> command : List.of(
                List.of("verify", "--db", db),
                List.of("runs", "compact", "--db", db),
                List.of(
                        "export",
                        "--db",
                        db,
                        "--output",
                        folder.resolve("export").toString()),
                List.of("import", "--from", "vllm", "--name", "i", "--db", db, responses.toString()),
                List.of("model", MODEL.toString(), "--db", db))) {
            CommandOutcome outcome = CommandOutcome.of(command.toArray(String[]::new));
            assertThat(outcome.exitCode()).as("%s", command).isEqualTo(1);
            assertThat(outcome.err())
                    .as("%s", command)
                    .contains("is open in the server at " + server.uri())
                    .contains("needs the file itself. Stop the server (Ctrl-C in its terminal, or kill ")
                    .hasLineCount(1);
        }
    }

    private CommandOutcome answered(String... arguments) {
        String[] all = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "--db";
        all[arguments.length + 1] = file.toString();
        CommandOutcome outcome = CommandOutcome.of(all);
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.err()).contains("is open in the server at " + server.uri() + ", which answers");
        return outcome;
    }
}
