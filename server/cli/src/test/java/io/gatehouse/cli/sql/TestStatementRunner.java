package io.gatehouse.cli.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.client.Session;
import io.gatehouse.sql.EngineSession;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.testing.store.SeededFile;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where rows go when format and file change between statements. */
final class TestStatementRunner {
    private final StringWriter screen = new StringWriter();

    @TempDir
    private Path folder = Path.of("");

    private Store store;
    private QueryEngine engine;
    private StatementRunner runner;

    @BeforeEach
    void open() {
        Path database = folder.resolve("seeded.duckdb");
        SeededFile.write(database);
        store = Store.open(database);
        engine = new QueryEngine(store);
        runner = runner(RowFormat.PARQUET);
    }

    private StatementRunner runner(RowFormat format) {
        Session session = new EngineSession(engine, () -> {});
        PrintWriter out = new PrintWriter(screen, true);
        return new StatementRunner(session, 0, format, out, out);
    }

    @AfterEach
    void close() {
        runner.close();
        engine.close();
        store.close();
    }

    @Test
    void theFormatMayChangeAfterTheFileWasNamed() throws Exception {
        Path file = folder.resolve("rows");
        runner.writeTo(Optional.of(file));
        runner.useFormat(RowFormat.CSV);
        runner.run("SELECT 1 AS x");
        assertThat(Files.readString(file)).isEqualTo("x\r\n1\r\n");
        assertThat(screen.toString()).startsWith("1 row in " + file);
    }

    @Test
    void rowsGoToTheScreenAfterAFileThatCannotBeMade() {
        runner.useFormat(RowFormat.CSV);
        runner.writeTo(Optional.of(folder.resolve("first.csv")));
        assertThatThrownBy(() ->
                        runner.writeTo(Optional.of(folder.resolve("missing").resolve("rows.csv"))))
                .hasMessageContaining("cannot be written");
        runner.run("SELECT 7 AS x");
        assertThat(screen.toString()).startsWith("x\r\n7\r\n1 row");
    }

    /** For rows that are wider than a terminal. */
    @Test
    void aRowMayTakeALinePerColumn() {
        runner.useFormat(RowFormat.VERTICAL);
        runner.run("SELECT x, x * 1000 AS thousands, NULL AS nothing FROM (VALUES (1), (2)) AS t(x) ORDER BY x");
        assertThat(screen.toString().lines().limit(9))
                .containsExactly(
                        "row 1",
                        "  x          1",
                        "  thousands  1,000",
                        "  nothing    NULL",
                        "",
                        "row 2",
                        "  x          2",
                        "  thousands  2,000",
                        "  nothing    NULL");
        assertThat(screen.toString()).contains("2 rows, ");
    }

    @Test
    void writesTablesForLatex() throws Exception {
        Path file = folder.resolve("table.tex");
        runner.writeTo(Optional.of(file));
        runner.useFormat(RowFormat.LATEX);
        runner.run("SELECT run_id, name\nFROM runs");
        assertThat(Files.readString(file)).isEqualTo("""
                % SELECT run_id, name
                % FROM runs
                \\begin{tabular}{rl}
                \\toprule
                run\\_id & name \\\\
                \\midrule
                1 & first \\\\
                \\bottomrule
                \\end{tabular}
                % 1 row
                """);
        assertThat(screen.toString()).startsWith("1 row in " + file);
    }

    @Test
    void theListOfTablesStaysWithinTheTerminal() {
        PrintWriter out = new PrintWriter(screen, true);
        new ShellCommand(engine, runner, out, () -> 60).run(".tables");
        assertThat(screen.toString().lines())
                .hasSizeGreaterThan(40)
                .allMatch(line -> line.length() < 60)
                .anyMatch(line -> line.startsWith("  runs ") && line.contains("One row per run"))
                .anyMatch(line -> line.endsWith("…"));
    }

    @Test
    void aParquetFileHoldsOneStatement() {
        Path file = folder.resolve("rows.parquet");
        runner.writeTo(Optional.of(file));
        runner.run("SELECT 1 AS x");
        assertThatThrownBy(() -> runner.run("SELECT 2 AS x")).hasMessageContaining("the rows of another statement");
        runner.useFormat(RowFormat.CSV);
        assertThatThrownBy(() -> runner.run("SELECT 3 AS x")).hasMessageContaining("the rows of another statement");
        runner.writeTo(Optional.of(folder.resolve("more.csv")));
        runner.run("SELECT 4 AS x");
        runner.useFormat(RowFormat.PARQUET);
        assertThatThrownBy(() -> runner.run("SELECT 5 AS x")).hasMessageContaining("the rows of another statement");
    }
}
