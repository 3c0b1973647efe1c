package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.client.Query;
import io.gatehouse.client.Rows;
import io.gatehouse.client.Session;
import io.gatehouse.client.http.ServerSession;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.GatehouseServer;
import io.gatehouse.server.ListenAddress;
import io.gatehouse.server.ServerSettings;
import io.gatehouse.server.query.QueryQuota;
import io.gatehouse.server.run.RunPlanner;
import io.gatehouse.sql.EngineSession;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.testing.RecordCopy;
import io.gatehouse.testing.store.SeededFile;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code gatehouse sql} says the same of a file that it opens and of a server that has one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
final class TestSqlFileAndServer {
    /** Format, what is expected, statement. Lines of a statement are separated by ⏎. */
    private static final String STATEMENTS = """
            table   | OK                | SELECT name, model, status FROM runs
            table   | OK                | SELECT layer, expert FROM experts ORDER BY layer, expert LIMIT 20
            table   | OK                | SELECT 0.1 AS f, CAST(NULL AS DOUBLE) AS d, 1234567 AS i, 'a' AS t, [1, NULL] AS l
            csv     | OK                | SELECT '=1+1' AS formula, 'a,"b"' AS quoted, '' AS empty, NULL AS nothing, '日本' AS wide
            csv     | OK                | SELECT subject, count(*) AS n FROM questions GROUP BY subject ORDER BY subject
            csv     | OK                | SELECT DATE '2026-01-02' AS d, TIME '10:20:00' AS t, TIMESTAMP '2026-01-02 10:20:00' AS m
            json    | OK                | SELECT 9007199254740993 AS big, 1.50 AS exact, CAST('NaN' AS DOUBLE) AS nan, TRUE AS yes
            json    | OK                | SELECT [[1], [2, 3]] AS nested, ['x', NULL] AS texts, [DATE '2026-01-02'] AS days
            json    | OK                | SELECT 1 AS x, 2 AS x FROM runs WHERE FALSE
            json    | OK                | SELECT count(*) AS n, avg(margin) > 0 AS positive FROM token_routing
            table   | OK                | EXPLAIN SELECT count(*) FROM experts
            table   | OK                | DESCRIBE runs
            table   | SQL_SYNTAX        | SELEC 1
            table   | SQL_SYNTAX        | SELECT * FORM runs
            table   | SQL_SYNTAX        | SELECT a b c FROM runs
            table   | SQL_SYNTAX        | SELECT 1 GROUP
            csv     | SQL_SYNTAX        | SELECT 1 +
            table   | SQL_SYNTAX        | SELECT 'abc
            table   | SQL_SYNTAX        | SELECT order FROM runs
            json    | SQL_SYNTAX        | SELECT 1⏎FROM runs⏎WHERE (name = 'x'
            table   | SQL_VALIDATION    | SELECT layr FROM experts
            table   | SQL_VALIDATION    | SELECT e.layer⏎  , e.expret⏎FROM experts AS e
            table   | SQL_VALIDATION    | SELECT 1 FROM activation
            table   | SQL_VALIDATION    | SELECT medain(layer) FROM experts
            table   | SQL_VALIDATION    | SELECT * FROM question_usage
            table   | SQL_VALIDATION    | SELECT sum(subject) FROM questions
            csv     | SQL_VALIDATION    | SELECT layer, expert FROM activations GROUP BY layer
            json    | SQL_VALIDATION    | SELECT run_id FROM runs, answers
            table   | SQL_VALIDATION    | WITH x AS (SELECT 1 AS a) SELECT b FROM x
            table   | SQL_VALIDATION    | SELECT name⏎\tFROM runs⏎\tORDER BY missing
            table   | SQL_READ_ONLY     | DELETE FROM answers
            table   | SQL_READ_ONLY     | INSERT INTO runs VALUES (1)
            table   | SQL_SYNTAX        | UPDATE runs SET name = 'x'
            table   | SQL_READ_ONLY     | DROP TABLE runs
            table   | SQL_READ_ONLY     | CREATE TABLE t (a INTEGER)
            table   | SQL_EXECUTION     | SELECT CAST(name AS INTEGER) FROM runs
            csv     | SQL_EXECUTION     | SELECT CAST(subject AS DATE) FROM questions
            json    | SQL_EXECUTION     | SELECT (SELECT layer FROM experts) AS one
            table   | SQL_EXECUTION     | SELECT 9223372036854775807 + n FROM (SELECT count(*) AS n FROM runs) AS t
            table   | INVALID_ARGUMENT  | SELECT name FROM runs WHERE run_id = ?
            parquet | INVALID_ARGUMENT  | SELECT 1
            """;

    private static final String ENDLESS = """
            SELECT sum(a.token_id * b.token_id + c.token_id * d.token_id + e.token_id)
            FROM tokens a, tokens b, tokens c, tokens d, tokens e
            """;

    private record Expected(String format, String code, String sql) {
        static Expected of(String line) {
            String[] parts = line.split("\\|", 3);
            return new Expected(
                    parts[0].strip(),
                    parts[1].strip(),
                    parts[2].strip().replace('⏎', '\n').replace("\\t", "\t"));
        }

        int exitCode() {
            return code.equals("OK") ? 0 : ErrorCode.valueOf(code).category().exitCode();
        }
    }

    @TempDir
    private Path folder = Path.of("");

    private String file = "";
    private Served served;
    private String url = "";

    /** A server over a file of its own with the same rows. */
    private static final class Served implements AutoCloseable {
        private final Store store;
        private final QueryEngine engine;
        private final GatehouseServer server;

        Served(Path file, QueryQuota quota) {
            SeededFile.write(file);
            store = Store.open(file);
            engine = new QueryEngine(store);
            ServerSettings settings = RecordCopy.of(
                    ServerSettings.standard(new ListenAddress("127.0.0.1", 0), "test"), Map.of("queries", quota));
            server = GatehouseServer.start(store, engine, settings, RunPlanner.NONE);
        }

        @Override
        public void close() {
            server.close();
            engine.close();
            store.close();
        }
    }

    @BeforeAll
    void start(@TempDir Path directory) {
        Path local = directory.resolve("local.duckdb");
        SeededFile.write(local);
        file = local.toString();
        served = new Served(directory.resolve("served.duckdb"), QueryQuota.standard());
        url = served.server.uri().toString();
    }

    @AfterAll
    void stop() {
        served.close();
    }

    /** Of failing ones the first of each kind and those of several lines; the next test compares the errors of all. */
    @Test
    void statementsEndTheSame() {
        List<Expected> statements = STATEMENTS.lines().map(Expected::of).toList();
        assertThat(statements).filteredOn(expected -> expected.exitCode() == 0).hasSizeGreaterThanOrEqualTo(10);
        assertThat(statements).filteredOn(expected -> expected.exitCode() != 0).hasSizeGreaterThanOrEqualTo(25);
        Set<String> kinds = new HashSet<>();
        List<Expected> asked = statements.stream()
                .filter(expected -> expected.exitCode() == 0
                        || expected.sql().contains("\n")
                        || kinds.add(expected.format() + " " + expected.code()))
                .toList();
        for (Expected expected : asked) {
            CommandOutcome local = outcome("--db", file, expected);
            CommandOutcome remote = outcome("--url", url, expected);
            assertThat(local.exitCode())
                    .as("%s: %s", expected.sql(), local.err())
                    .isEqualTo(expected.exitCode());
            assertThat(remote).as(expected.sql()).isEqualTo(local);
        }
    }

    @Test
    void everyErrorHasTheSameCodeAndPlace() {
        try (Store store = Store.open(Path.of(file));
                QueryEngine engine = new QueryEngine(store);
                Session local = new EngineSession(engine, () -> {});
                Session remote = ServerSession.connect(served.server.uri(), Optional.empty())) {
            List<Expected> failing = STATEMENTS
                    .lines()
                    .map(Expected::of)
                    .filter(TestSqlFileAndServer::fails)
                    .toList();
            List<String> codes = new ArrayList<>();
            for (Expected expected : failing) {
                GatehouseException here = failure(local, expected.sql());
                GatehouseException there = failure(remote, expected.sql());
                codes.add(here.code() + " " + expected.sql());
                assertThat(there.code()).as(expected.sql()).isEqualTo(here.code());
                assertThat(there.position()).as(expected.sql()).isEqualTo(here.position());
                assertThat(there).as(expected.sql()).hasMessage(here.getMessage());
            }
            assertThat(codes)
                    .containsExactlyElementsOf(failing.stream()
                            .map(expected -> expected.code() + " " + expected.sql())
                            .toList());
        }
    }

    /** Not those that the command itself refuses. */
    private static boolean fails(Expected expected) {
        return expected.exitCode() != 0 && !expected.format().equals("parquet");
    }

    private static GatehouseException failure(Session session, String sql) {
        try (Rows rows = session.query(new Query(sql, 0))) {
            rows.start();
            while (rows.next()) {
                rows.value(0);
            }
        } catch (GatehouseException e) {
            return e;
        }
        throw new AssertionError("It ended well: " + sql);
    }

    private static CommandOutcome outcome(String option, String place, Expected expected) {
        CommandOutcome outcome =
                CommandOutcome.of("sql", option, place, "--format", expected.format(), "-c", expected.sql());
        return new CommandOutcome(outcome.exitCode(), untimed(outcome.out()), untimed(outcome.err()));
    }

    private static String untimed(String text) {
        return text.replaceAll(", [0-9.]+ s\n$", "\n");
    }

    @Test
    void bothCutAtTheLimitAndSaySo() {
        for (String limit : new String[] {"1", "24", "25", "0"}) {
            for (String format : new String[] {"table", "csv"}) {
                String[] more = {
                    "--limit", limit, "--format", format, "-c", "SELECT question_id FROM questions ORDER BY 1"
                };
                CommandOutcome local = CommandOutcome.of(with("--db", file, more));
                CommandOutcome remote = CommandOutcome.of(with("--url", url, more));
                assertThat(untimed(remote.out())).isEqualTo(untimed(local.out()));
                assertThat(untimed(remote.err())).isEqualTo(untimed(local.err()));
                assertThat(local.out() + local.err())
                        .matches(text -> text.contains("more rows omitted") == limit.equals("1"));
            }
        }
    }

    @Test
    void bothTakeParametersByName() {
        String counted =
                "SELECT count(*) AS n FROM questions WHERE question_id < :n AND (:quiz = 'x' OR question_id > 1);"
                        + " SELECT :n + 1 AS next; SELECT 5 AS five";
        String csv = both("--format", "csv", "--param", "N=4", "--param", "quiz=a=b", "-c", counted);
        assertThat(csv).startsWith("0\nn\r\n2\r\nnext\r\n5\r\nfive\r\n5\r\n");
        String layer = "SELECT count(*) AS n FROM experts WHERE layer = :layer AND scope = :scope";
        assertThat(both("--param", "layer=x", "--param", "scope=prompt", "-c", layer))
                .startsWith("1\n")
                .contains("Parameter :layer is of type BIGINT, but 'x' is not.");
        assertThat(both("--param", "layr=1", "-c", layer))
                .startsWith("1\n")
                .contains("There is no value for :layer and :scope. The statement has no parameter :layr.");
        assertThat(both("-c", layer)).contains("There is no value for :layer and :scope.");
        assertThat(both("--param", "layer=1", "-c", "SELECT 1 AS one"))
                .startsWith("1\n")
                .contains("--param has a value for :layer, which no statement uses.");
        assertThat(both("--param", "layer", "-c", layer))
                .contains("--param is \"layer\"; it must be NAME=VALUE, such as layer=3.");
        assertThat(both("--param", "a=1", "--param", "A=2", "-c", layer))
                .contains("The parameter a has two values: --param and --null-param give each one.");
        String orAll = "SELECT count(*) AS n FROM questions WHERE :id IS NULL OR question_id = CAST(:id AS INTEGER)";
        assertThat(both("--format", "csv", "--null-param", "ID", "-c", orAll)).startsWith("0\nn\r\n24\r\n");
        assertThat(both("--format", "csv", "--param", "id=1", "-c", orAll)).startsWith("0\nn\r\n1\r\n");
        assertThat(both("--null-param", "a", "--param", "a=1", "-c", "SELECT :a"))
                .contains("The parameter a has two values: --param and --null-param give each one.");
        assertThat(both("--null-param", "a=", "-c", "SELECT :a"))
                .contains("--null-param is \"a=\"; it must be the name of a parameter, such as layer.");
        assertThat(both("--param", "a=1", "-c", "SELEC :a")).contains("  SELEC :a\n  ^^^^^\nerror: ");
    }

    /** Exit code, output and messages, which are the same from the file and from the server. */
    private String both(String... more) {
        CommandOutcome local = CommandOutcome.of(with("--db", file, more));
        CommandOutcome remote = CommandOutcome.of(with("--url", url, more));
        String text =
                local.exitCode() + "\n" + untimed(local.out()) + local.err().replaceAll(", [0-9.]+ s\n", "\n");
        assertThat(remote.exitCode() + "\n" + untimed(remote.out())
                        + remote.err().replaceAll(", [0-9.]+ s\n", "\n"))
                .isEqualTo(text);
        return text;
    }

    private static String[] with(String option, String place, String... more) {
        String[] arguments = new String[more.length + 3];
        arguments[0] = "sql";
        arguments[1] = option;
        arguments[2] = place;
        System.arraycopy(more, 0, arguments, 3, more.length);
        return arguments;
    }

    @Test
    void bothWriteParquet() throws Exception {
        String query = "SELECT layer, expert, ['a', NULL] AS texts, DATE '2026-01-02' AS day FROM experts";
        Path local = folder.resolve("local.parquet");
        Path remote = folder.resolve("remote.parquet");
        String[] more = {"--format", "parquet", "-c", query, "--output"};
        CommandOutcome here = CommandOutcome.of(with("--db", file, append(more, local.toString())));
        CommandOutcome there = CommandOutcome.of(with("--url", url, append(more, remote.toString())));
        assertThat(there.exitCode()).as(there.err()).isZero();
        assertThat(untimed(there.out()))
                .isEqualTo(untimed(here.out()).replace(local.toString(), remote.toString()))
                .startsWith("128 rows in ");
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckDb.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT count(*) FROM (FROM '%s' EXCEPT ALL FROM '%s')".formatted(local, remote))) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getLong(1)).isZero();
        }
        String[] wrong = {"--format", "parquet", "-c", "SELECT layr FROM experts", "--output", remote + ".no"};
        CommandOutcome refused = CommandOutcome.of(with("--url", url, wrong));
        assertThat(refused).isEqualTo(CommandOutcome.of(with("--db", file, wrong)));
        assertThat(refused.err()).startsWith("  SELECT layr FROM experts\n         ^^^^\nerror: ");
        assertThat(Path.of(remote + ".no")).doesNotExist();
    }

    private static String[] append(String[] texts, String last) {
        String[] longer = Arrays.copyOf(texts, texts.length + 1);
        longer[texts.length] = last;
        return longer;
    }

    @Test
    void aStatementThatIsCancelledElsewhereIsCancelled() throws Exception {
        CompletableFuture<CommandOutcome> running =
                CompletableFuture.supplyAsync(() -> CommandOutcome.of("sql", "--url", url, "-c", ENDLESS));
        cancelWhatRuns();
        CommandOutcome outcome = running.get(30, TimeUnit.SECONDS);
        assertThat(outcome.err()).contains("cancelled");
        assertThat(outcome.exitCode()).isEqualTo(130);
    }

    @Test
    void aStatementThatRunsSaysHowFarItIs() throws Exception {
        try (Session session = ServerSession.connect(served.server.uri(), Optional.empty());
                Rows rows = session.query(new Query(ENDLESS, 0))) {
            assertThat(rows.progress()).isEmpty();
            CompletableFuture<Void> running = CompletableFuture.runAsync(rows::start);
            while (rows.progress().isEmpty()) {
                Thread.sleep(10);
            }
            assertThat(rows.progress().getAsDouble()).isBetween(0.0, 1.0);
            rows.cancel();
            assertThat(running.handle((nothing, failure) -> String.valueOf(failure))
                            .get(30, TimeUnit.SECONDS))
                    .contains("The query was cancelled.");
        }
    }

    @Test
    void anAnswerThatIsTooLargeIsWhatItIs(@TempDir Path other) {
        try (Served small = new Served(
                other.resolve("small.duckdb"), RecordCopy.of(QueryQuota.standard(), Map.of("bytes", 1_000_000)))) {
            CommandOutcome outcome = CommandOutcome.of(
                    "sql",
                    "--url",
                    small.server.uri().toString(),
                    "--format",
                    "csv",
                    "-c",
                    "SELECT a.token, b.token FROM tokens a, tokens b, tokens c");
            assertThat(outcome.err()).endsWith("error: The answer is larger than the limit of 1,000,000 bytes.\n");
            assertThat(outcome.exitCode())
                    .isEqualTo(ErrorCode.RESULT_TOO_LARGE.category().exitCode());
        }
    }

    private void cancelWhatRuns() throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        Pattern running = Pattern.compile("\"queryId\":\"([^\"]+)\",\"state\":\"running\"");
        while (true) {
            String queries = client.send(
                            HttpRequest.newBuilder(served.server.uri().resolve("/v1/queries"))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
            Matcher found = running.matcher(queries);
            if (found.find()) {
                client.send(
                        HttpRequest.newBuilder(served.server.uri().resolve("/v1/queries/" + found.group(1)))
                                .DELETE()
                                .build(),
                        BodyHandlers.discarding());
                return;
            }
            Thread.sleep(20);
        }
    }
}
