package io.gatehouse.cli.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.cli.CommandOutcome;
import io.gatehouse.server.GatehouseServer;
import io.gatehouse.server.ListenAddress;
import io.gatehouse.server.ServerSettings;
import io.gatehouse.server.run.RunPlanner;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.testing.store.SeededFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Checks that pass, fail and have errors, over a file and over a server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestCheckCommand {
    private record Expected(String line, String sql) {}

    private static final List<Expected> CHECKS = List.of(
            new Expected("ok      nothing is wrong", "-- name: nothing is wrong\nSELECT 1 WHERE FALSE"),
            new Expected("ok      statement 1", "SELECT run_id FROM runs WHERE status <> 'complete'"),
            new Expected(
                    "FAILED  dead experts: 4 rows",
                    "-- name: dead experts\nSELECT layer, expert FROM experts WHERE run_id = :run AND scope = 'prompt' AND activations = 0 ORDER BY layer"),
            new Expected(
                    "FAILED  many: more than 5 rows",
                    "-- name: many\nSELECT question_id FROM questions ORDER BY question_id"),
            new Expected("FAILED  one: 1 row", "-- name: one\nSELECT 'it''s -- no :run' AS text"),
            new Expected("ERROR   statement 1: ", "SELECT layr FROM experts"),
            new Expected("ERROR   wrong: ", "-- name: wrong\nSELECT name FROM runs WHERE run_id = ?"),
            new Expected("ERROR   write: ", "-- name: write\nDELETE FROM runs"),
            new Expected(
                    "ok      same",
                    "-- name: same\n-- same as: first\nSELECT count(*) AS n FROM answers WHERE run_id = :run"),
            new Expected(
                    "ok      near",
                    "-- near the run before\n-- name: near\n-- same as: first\n-- tolerance: 1000%\nSELECT layer, avg(entropy) AS entropy FROM token_routing WHERE run_id = :run GROUP BY layer ORDER BY layer"),
            new Expected(
                    "FAILED  far: 1 value differs from run 'first' by more than 0.000001",
                    "-- name: far\n-- same as: first\n-- tolerance: 0.000001\nSELECT 'a' AS same, avg(entropy) AS entropy FROM token_routing WHERE run_id = :run AND layer = 1"),
            new Expected(
                    "FAILED  rows: 2 rows instead of the 1 of run 'first'",
                    "-- name: rows\n-- same as: first\nSELECT name FROM runs WHERE run_id <= :run"),
            new Expected(
                    "FAILED  vacuous: run 'first' has no rows to compare with",
                    "-- name: vacuous\n-- same as: first\nSELECT layer FROM layer_load WHERE run_id = :run AND scope = 'promt'"),
            new Expected(
                    "ERROR   lost: There is no run named \"none\".",
                    "-- name: lost\n-- same as: none\nSELECT 1 AS x WHERE :run > 0"),
            new Expected(
                    "ERROR   itself: Run 'second' is both the run to check and its baseline; name the run to check with --run.",
                    "-- name: itself\n-- same as: second\nSELECT 1 AS x WHERE :RUN > 0"));

    @TempDir
    private Path directory;

    private Path database;
    private Store store;
    private QueryEngine engine;
    private GatehouseServer server;

    @BeforeAll
    void start(@TempDir Path files) {
        database = files.resolve("local.duckdb");
        write(database);
        Path served = files.resolve("served.duckdb");
        write(served);
        store = Store.open(served);
        engine = new QueryEngine(store);
        server = GatehouseServer.start(
                store, engine, ServerSettings.standard(new ListenAddress("127.0.0.1", 0), "test"), RunPlanner.NONE);
    }

    @AfterAll
    void stop() {
        server.close();
        engine.close();
        store.close();
    }

    private static void write(Path file) {
        SeededFile.write(file);
        try (Store written = Store.open(file)) {
            SeededFile.addRun(written, "second", 8);
            // Not checked by default, because it is an ablation.
            SeededFile.addChangedRun(written, "changed", 9, "mask 2:12");
        }
    }

    @Test
    void eachCheckHasItsLineAndTheWorstIsTheExitCode() throws Exception {
        List<String> statements = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < CHECKS.size(); i++) {
            statements.add(CHECKS.get(i).sql());
            lines.add(CHECKS.get(i).line().replace("statement 1", "statement %d".formatted(i + 1)));
        }
        CommandOutcome outcome = check(String.join(";\n\n", statements) + ";\n");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out()
                        .lines()
                        .filter(line -> line.matches("(ok|FAILED|ERROR) .*"))
                        .toList())
                .hasSameSizeAs(lines)
                .zipSatisfy(lines, (line, expected) -> assertThat(line).startsWith(expected));
        assertThat(outcome.out())
                .startsWith("Checking run 'second'\n")
                .endsWith("checks.sql: 4 of 15 checks passed, 6 failed, 5 had an error\n");
    }

    @Test
    void theExitCodeSaysWhetherAllPassed() throws Exception {
        assertThat(check("SELECT 1 WHERE FALSE").exitCode()).isZero();
        assertThat(check("SELECT 1").exitCode()).isEqualTo(1);
        assertThat(check("SELECT layr FROM experts").exitCode()).isEqualTo(1);
        assertThat(check("SELECT 1 WHERE FALSE; SELECT 1; SELECT 1 WHERE FALSE").exitCode())
                .isEqualTo(1);
    }

    @Test
    void failuresShowRowsDifferencesAndPlaces() throws Exception {
        assertThat(check(
                                "-- name: dead\nSELECT layer, expert FROM experts WHERE run_id = :run AND scope = 'prompt' AND activations = 0 ORDER BY layer")
                        .out())
                .contains("""
                        FAILED  dead: 4 rows
                          layer  expert
                              0      15
                              1      15
                              2      15
                              3      15
                        """);
        assertThat(check(
                                "-- same as: first\nSELECT 'x' AS text, 2 AS layer, 0.5e0 AS share, max(run_id) AS id FROM runs WHERE run_id = :run")
                        .out())
                .contains("""
                        FAILED  statement 1: 1 value differs from run 'first' by more than 0
                          row 1 (text x, layer 2), id: 2 instead of 1
                        """);
        assertThat(check("-- name: place\nSELECT layer\nFROM experts\nWHERE run_id = :run AND exprt = 1")
                        .out())
                .contains("  line 4: WHERE run_id = :run AND exprt = 1\n" + " ".repeat(34) + "^^^^^\n");
    }

    @Test
    void saysHowManyDifferencesItDoesNotShow() throws Exception {
        assertThat(check(
                                "-- same as: first\nSELECT question_id, :run AS id FROM answers WHERE run_id = 1 ORDER BY question_id",
                                "--run",
                                "second")
                        .out())
                .contains("24 values differ from run 'first'", "  and 19 more\n");
    }

    @Test
    void theRunCanBeNamed() throws Exception {
        String sql = "SELECT name FROM runs WHERE run_id = :run AND name <> 'first'";
        assertThat(check(sql, "--run", "first"))
                .isEqualTo(new CommandOutcome(
                        0,
                        "Checking run 'first'%nok      statement 1%n%s: 1 of 1 checks passed, 0 failed, 0 had an error%n"
                                .formatted(directory.resolve("checks.sql")),
                        ""));
        assertThat(check(sql, "--run", "second").exitCode()).isEqualTo(1);
        CommandOutcome none = check(sql, "--run", "third");
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.err()).contains("error: There is no run named \"third\".");
    }

    @Test
    void filesThatCannotBeMeantAreRefused() throws Exception {
        refused("has no statement.", "-- nothing\n");
        refused("has a tolerance and no \"-- same as: RUN\".", "-- tolerance: 1\nSELECT 1");
        refused(
                "has the tolerance 'some'; it must be a number such as 0.01, or a share such as 2%.",
                "-- same as: first\n-- tolerance: some\nSELECT :run");
        refused("has no :run, so that it is the same for every run.", "-- same as: first\nSELECT 1");
        refused(
                "has 'tolerence:' in its comment; did you mean 'tolerance:'?",
                "-- same as: first\n-- tolerence: 1\nSELECT :run");
        for (String key : List.of("same", "same-as", "Same as", "same as run")) {
            refused(
                    "has '%s:' in its comment; did you mean 'same as:'?".formatted(key),
                    "-- %s: first\nSELECT :run".formatted(key));
        }
        refused("has 'name:' twice.", "-- name: a\n-- name: b\nSELECT 1");
        refused("has an empty 'name:'.", "-- name:\nSELECT 1");
        CommandOutcome missing = CommandOutcome.of("check", "--db", database.toString(), "no.sql");
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(missing.err()).startsWith("error: There is no file no.sql.");
        assertThat(CommandOutcome.of("check", "no.sql").exitCode()).isEqualTo(2);
        assertThat(CommandOutcome.of("check", "--db", database.toString()).exitCode())
                .isEqualTo(2);
    }

    @Test
    void aCommentIsOfTheStatementDirectlyBelow() throws Exception {
        CommandOutcome outcome = check("""
                -- name: the file
                -- tolerance: none of this counts

                -- Note: another comment.
                -- name: the statement
                SELECT 1 WHERE FALSE;
                """);
        assertThat(outcome.out()).startsWith("ok      the statement\n");
    }

    /** The example of docs/cli.md. */
    @Test
    void theDocumentedChecksRun() throws Exception {
        Path page = Path.of(System.getProperty("gatehouse.root")).resolve("docs/cli.md");
        String section = Files.readString(page).split("## Checks\n", -1)[1];
        String example = section.substring(section.indexOf("```sql\n") + 7, section.indexOf("\n```\n"))
                .replace("release-1", "first")
                // The runs of this test have eight questions of a subject.
                .replace("tolerance: 0.02", "tolerance: 0.5");
        CommandOutcome outcome = check(example);
        assertThat(outcome.out())
                .contains(
                        "ok      every question has an answer",
                        "ok      no layer has lost most of its experts",
                        "ok      accuracy of the subjects, as released",
                        "ok      load of the busiest expert");
        assertThat(outcome.exitCode()).isZero();
    }

    @Test
    void junitHasEachCheck() throws Exception {
        Path xml = directory.resolve("checks.xml");
        CommandOutcome outcome = check(
                "-- name: good < \"better\"\nSELECT 1 WHERE FALSE; -- name: a tail is no name\n\n-- name: bad\nSELECT chr(1) || '<&>' AS text; -- \n\n-- name: ugly\nSELECT layr FROM experts",
                "--junit",
                xml.toString());
        assertThat(outcome.exitCode()).isEqualTo(1);
        Document document =
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(xml.toFile());
        Element suite = (Element) document.getElementsByTagName("testsuite").item(0);
        assertThat(suite.getAttribute("tests")).isEqualTo("3");
        assertThat(suite.getAttribute("failures")).isEqualTo("1");
        assertThat(suite.getAttribute("errors")).isEqualTo("1");
        assertThat(((Element) document.getElementsByTagName("testcase").item(0)).getAttribute("name"))
                .isEqualTo("good < \"better\"");
        Element failure = (Element) document.getElementsByTagName("failure").item(0);
        assertThat(failure.getAttribute("message")).isEqualTo("1 row");
        assertThat(failure.getTextContent()).contains("\\u0001<&>");
        Element error = (Element) document.getElementsByTagName("error").item(0);
        assertThat(error.getAttribute("type")).isEqualTo("SQL_VALIDATION");
        assertThat(error.getAttribute("message")).contains("layr");
        assertThat(check(
                                "SELECT 1 WHERE FALSE",
                                "--junit",
                                directory.resolve("no/x.xml").toString())
                        .err())
                .contains("x.xml cannot be written: there is no ")
                .endsWith(".%n".formatted());
    }

    /** Asks the file and the server, which must say the same. */
    private CommandOutcome check(String sql, String... more) throws Exception {
        Path file = Files.writeString(directory.resolve("checks.sql"), sql);
        CommandOutcome local = run(file, "--db", database.toString(), more);
        CommandOutcome remote = run(file, "--url", server.uri().toString(), more);
        assertThat(remote).as(sql).isEqualTo(local);
        return local;
    }

    private static CommandOutcome run(Path file, String option, String place, String... more) {
        List<String> arguments = new ArrayList<>(List.of("check", option, place));
        arguments.addAll(List.of(more));
        arguments.add(file.toString());
        return CommandOutcome.of(arguments.toArray(String[]::new));
    }

    private void refused(String message, String sql) throws Exception {
        CommandOutcome outcome = check(sql);
        assertThat(outcome.exitCode()).as(outcome.out()).isEqualTo(1);
        assertThat(outcome.err()).startsWith("error: ").contains(message);
        assertThat(outcome.err()).hasLineCount(1);
    }
}
