package io.gatehouse.cli.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.gatehouse.sql.EngineSession;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.testing.store.SeededFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jline.terminal.Attributes.ControlChar;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is typed at a pseudo-terminal. It is nobody's controlling terminal: signals are raised by the test. */
final class TestSqlShell {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CTRL_C = 3;

    private final StringWriter screen = new StringWriter();
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final PipedOutputStream keys = new PipedOutputStream();

    @TempDir
    private Path folder = Path.of("");

    private Store store;
    private QueryEngine engine;
    private StatementRunner runner;
    private Terminal terminal;
    private CompletableFuture<Void> shell;

    @BeforeEach
    void open() throws Exception {
        Path database = folder.resolve("seeded.duckdb");
        SeededFile.write(database);
        store = Store.open(database);
        engine = new QueryEngine(store);
        PrintWriter out = new PrintWriter(screen, true);
        runner = new StatementRunner(new EngineSession(engine, () -> {}), 0, RowFormat.TABLE, out, out);
        terminal = TerminalBuilder.builder()
                .system(false)
                .streams(new PipedInputStream(keys), shown)
                .encoding(StandardCharsets.UTF_8)
                .type("xterm")
                .size(new Size(120, 40))
                .build();
        shell = CompletableFuture.runAsync(() -> new SqlShell(engine, runner, folder.resolve("history")).run(terminal));
        await(() -> shown().contains("gatehouse> "));
    }

    @AfterEach
    void close() throws Exception {
        type(".quit\r");
        shell.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        terminal.close();
        runner.close();
        engine.close();
        store.close();
    }

    @Test
    void whatIsTypedRightAfterCtrlCIsKept() throws Exception {
        type("SELECT 1 AS lost");
        await(() -> shown().contains("lost"));
        type("\u0003SELECT 40 + 2 AS kept;\r");
        await(() -> screen.toString().contains("1 row"));
        assertThat(screen.toString()).contains("kept", "42").doesNotContain("lost");
    }

    @Test
    void ctrlCIsASignalOnlyWhileAStatementRuns() throws Exception {
        assertThat(terminal.getAttributes().getControlChar(ControlChar.VINTR)).isZero();
        type("SELECT count(*) FROM tokens a, tokens b, tokens c, tokens d, tokens e, tokens f"
                + " WHERE a.token_id + b.token_id + c.token_id + d.token_id + e.token_id + f.token_id = 7;\r");
        await(() -> terminal.getAttributes().getControlChar(ControlChar.VINTR) == CTRL_C);
        cancel();
        await(() -> terminal.getAttributes().getControlChar(ControlChar.VINTR) == 0);
        type("SELECT 40 + 2 AS next;\r");
        await(() -> screen.toString().contains("1 row"));
    }

    @Test
    void examplesAreFoundByWords() throws Exception {
        type(".examples\r");
        await(() -> shown().contains("Which model answered which quiz"));
        assertThat(shown()).contains("Runs in this file").doesNotContain("FROM runs\r\nORDER BY run_id;");
        type(".examples RUNS quiz\r");
        await(() -> shown().contains("ORDER BY run_id;"));
        assertThat(shown()).contains("-- Runs in this file. Which model answered which quiz");
        type(".examples nosuchword\r");
        await(() -> shown().contains("error: No example contains \"nosuchword\"; .examples lists all"));
        type("\\dt\r");
        await(() -> shown().contains("error: Unknown command \\dt; commands begin with a dot, as .help does"));
    }

    @Test
    void suggestionsAreInTheOrderOfTheEngine() throws Exception {
        type("SELECT * FROM answers JOIN que\t");
        await(() -> shown().contains("question_attributes"));
        assertThat(shown().indexOf("questions ")).isBetween(0, shown().indexOf("question_attributes"));
        type("\u0003");
    }

    /**
     * Raises the signal once, and again only if nothing came of it: a statement that is just being started does not see
     * it, and one signal too many would empty the line that is typed next.
     */
    private void cancel() throws InterruptedException {
        for (int attempt = 0; attempt < 6; attempt++) {
            terminal.raise(Terminal.Signal.INT);
            long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (System.nanoTime() < end) {
                if (shown().contains("error: ")) {
                    return;
                }
                Thread.sleep(10);
            }
        }
        fail("The statement was not cancelled: %s", shown());
    }

    private void type(String text) throws IOException {
        keys.write(text.getBytes(StandardCharsets.UTF_8));
        keys.flush();
    }

    /** Returns what the terminal was sent, without colours. */
    private String shown() {
        return AttributedString.stripAnsi(shown.toString(StandardCharsets.UTF_8));
    }

    private static void await(BooleanSupplier reached) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!reached.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(10);
        }
    }
}
