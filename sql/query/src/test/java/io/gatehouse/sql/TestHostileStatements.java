package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.sql.Script;
import io.gatehouse.testing.store.RoutingFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Statements that want to write, to look where they must not, or to bring the process down. All in one process. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestHostileStatements {
    private static final QueryLimits LIMITS = new QueryLimits(Duration.ofMillis(1_800), 1_000);

    /** What a slower machine may stop where a faster one comes to an end. */
    private static final Set<String> STOPPED = Set.of("ok", "QUERY_TIMEOUT");

    private static final int SLOWEST = 8;

    private final Map<String, Duration> walls = new LinkedHashMap<>();
    private RoutingFile file;
    private QueryEngine engine;

    @BeforeAll
    void open() throws Exception {
        file = RoutingFile.filled();
        engine = new QueryEngine(file::reader);
        run("SELECT count(*) FROM activations");
    }

    /** How long the slowest took is printed and not asserted: a busy machine makes any bound a lie. */
    @AfterAll
    void close() throws Exception {
        walls.entrySet().stream()
                .sorted(Map.Entry.<String, Duration>comparingByValue().reversed())
                .limit(SLOWEST)
                .forEach(wall -> System.out.printf(
                        "hostile statement \"%s\": %d ms%n",
                        wall.getKey(), wall.getValue().toMillis()));
        engine.close();
        file.close();
    }

    @Test
    void endlessRecursionIsStopped() {
        String endless = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT %s FROM r) SELECT max(n) FROM r";
        for (String next : List.of("n + 1", "n % 7", "n")) {
            assertThat(catchThrowable(() -> run(endless.formatted(next))))
                    .as(next)
                    .isInstanceOfSatisfying(
                            GatehouseException.class,
                            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.QUERY_TIMEOUT));
        }
        assertThat(catchThrowable(() -> run("SELECT count(*) FROM runs")))
                .as("the engine still works")
                .isNull();
    }

    /** The engine's own deadline is two seconds: whatever neither ends nor is refused by then is stopped. */
    @Test
    @Timeout(300)
    void oversizedStatementsEndOrAreRefusedOrStopped() throws Exception {
        Map<String, String> outcomes = new LinkedHashMap<>();
        oversized().forEach((name, statement) -> outcomes.put(name, timed(name, statement)));
        Map<String, String> expected = new LinkedHashMap<>();
        RoutingFile.resource("/sql/hostile-generated.txt")
                .lines()
                .map(line -> line.split(" = ", 2))
                .forEach(line -> expected.put(line[0], line[1]));
        assertThat(outcomes.keySet()).isEqualTo(expected.keySet());
        SoftAssertions assertions = new SoftAssertions();
        outcomes.forEach((name, outcome) -> assertions
                .assertThat(outcome)
                .as(name)
                .isIn(
                        expected.get(name),
                        STOPPED.contains(expected.get(name)) ? "QUERY_TIMEOUT" : "",
                        STOPPED.contains(expected.get(name)) ? "OUT_OF_MEMORY" : ""));
        assertions.assertAll();
        assertThat(outcome("SELECT count(*) FROM runs"))
                .as("the engine still works")
                .isEqualTo("ok");
    }

    /** What they give is in the script; here they come one after another, with the deadline of two seconds. */
    @Test
    @Timeout(300)
    void theEngineOutlivesTheListedStatements() throws Exception {
        List<String> statements = Script.read("hostile.iq").statements();
        assertThat(statements).hasSizeGreaterThan(50);
        statements.forEach(statement -> assertThat(timed(statement, statement)).isNotEqualTo("INTERNAL_ERROR"));
        assertThat(outcome("SELECT count(*) FROM runs")).isEqualTo("ok");
    }

    private String timed(String name, String sql) {
        long start = System.nanoTime();
        String outcome = outcome(sql);
        walls.put("%s -> %s".formatted(name, outcome), Duration.ofNanos(System.nanoTime() - start));
        return outcome;
    }

    private String outcome(String sql) {
        try {
            run(sql);
            return "ok";
        } catch (GatehouseException e) {
            return e.code().name();
        }
    }

    @Test
    void nothingOfTheFileChanges() throws Exception {
        for (String table : List.of("runs", "questions", "answers", "token_routing", "question_usage", "tokens")) {
            assertThat(outcome("DELETE FROM " + table)).isEqualTo("SQL_READ_ONLY");
            assertThat(outcome("WITH x AS (DELETE FROM %s RETURNING 1) SELECT * FROM x".formatted(table)))
                    .isEqualTo("SQL_SYNTAX");
        }
        try (var reader = file.reader()) {
            assertThat(Rows.of(reader, "SELECT count(*) FROM runs").rows()).isEqualTo(List.of(List.of(2L)));
            assertThat(Rows.of(reader, "SELECT count(*) FROM token_routing").rows())
                    .isEqualTo(List.of(List.of(216L)));
        }
    }

    private void run(String sql) {
        try (QueryResult result = engine.query(sql, LIMITS)) {
            while (result.next()) {
                result.value(0);
            }
        }
    }

    private static Map<String, String> oversized() {
        Map<String, String> statements = new LinkedHashMap<>();
        for (int depth : new int[] {100, 199, 201, 1_000, 20_000}) {
            statements.put("parentheses " + depth, "SELECT " + "(".repeat(depth) + "1" + ")".repeat(depth));
        }
        for (String name : List.of("abs", "two_sided_p", "normalised_entropy")) {
            String arguments = name.equals("normalised_entropy") ? ", 2)" : ")";
            for (int depth : new int[] {2, 8, 60, 199}) {
                statements.put(
                        "%s %d".formatted(name, depth),
                        "SELECT " + (name + "(").repeat(depth) + "1" + arguments.repeat(depth));
            }
        }
        for (String item : List.of("* EXCLUDE (x)", "* REPLACE (1 AS x)", "COLUMNS(*)", "abs(COLUMNS('x'))")) {
            statements.put(
                    "%s doubling".formatted(item),
                    "SELECT %1$s, %1$s FROM (".formatted(item).repeat(23) + "SELECT 1 AS x, 2 AS y"
                            + ") AS t".repeat(23));
        }
        for (int depth : new int[] {3, 23}) {
            statements.put(
                    "distinct on " + depth,
                    "SELECT DISTINCT ON (1) (".repeat(depth) + "1" + ") AS x FROM runs".repeat(depth));
            statements.put(
                    "distinct on ordered " + depth,
                    "SELECT DISTINCT ON (name) name FROM runs ORDER BY (".repeat(depth) + "1" + ")".repeat(depth));
        }
        statements.put(
                "all of functions",
                "SELECT count(*), " + numbered(200, "two_sided_p(two_sided_p(two_sided_p(%d)))", ", ")
                        + " FROM runs GROUP BY ALL");
        for (int terms : new int[] {150, 500, 2_000, 5_000}) {
            statements.put("or " + terms, "SELECT 1 FROM runs WHERE " + numbered(terms, "run_id = %d", " OR "));
        }
        for (int items : new int[] {1_000, 20_000}) {
            statements.put("in " + items, "SELECT 1 FROM runs WHERE run_id IN (" + numbered(items, "%d", ",") + ")");
        }
        for (int depth : new int[] {10, 20, 50, 200}) {
            statements.put(
                    "sub-queries " + depth, "SELECT * FROM (".repeat(depth) + "SELECT 1 AS x" + ") AS t".repeat(depth));
            statements.put(
                    "in sub-queries " + depth,
                    "SELECT 1 FROM runs WHERE run_id IN (SELECT run_id FROM runs WHERE run_id IN (".repeat(depth / 2)
                            + "1"
                            + "))".repeat(depth / 2));
        }
        for (int terms : new int[] {32, 64, 1_024, 32_768}) {
            statements.put("union all " + terms, numbered(terms, "SELECT %d", " UNION ALL "));
        }
        for (int columns : new int[] {5, 18}) {
            statements.put(
                    "cube " + columns,
                    "SELECT count(*) FROM questions GROUP BY CUBE(" + numbered(columns, "question_id + %d", ",") + ")");
        }
        statements.put("values 1000", "VALUES " + numbered(1_000, "(%d)", ","));
        statements.put("plus 150", "SELECT 1" + "+1".repeat(150));
        statements.put("plus 20000", "SELECT 1" + "+1".repeat(20_000));
        statements.put("not 5000", "SELECT " + "NOT ".repeat(5_000) + "TRUE");
        statements.put("minus 5000", "SELECT " + "- ".repeat(5_000) + "1");
        statements.put(
                "case in case", "SELECT " + "CASE ".repeat(100) + "1" + " WHEN 1 THEN 1 WHEN 2 THEN 2 END".repeat(100));
        statements.put(
                "between in between", "SELECT " + "(".repeat(90) + "TRUE" + " BETWEEN TRUE AND TRUE)".repeat(90));
        statements.put("in of in", "SELECT " + "(".repeat(90) + "TRUE" + " IN (TRUE, FALSE))".repeat(90));
        statements.put("ten megabytes", "SELECT '" + "x".repeat(10_000_000) + "'");
        statements.put("newlines 99000", "SELECT nosuch" + "\n".repeat(99_000));
        statements.put("asof 12000", "SELECT nosuch" + ", asof".repeat(12_000));
        statements.put("nul byte", "SELECT 'a\0b'");
        statements.put("half a surrogate", "SELECT '\ud800'");
        statements.put("quote only", "SELECT '");
        statements.put("comment only", "/* ");
        statements.putAll(doubling());
        statements.putAll(slow());
        statements.putAll(manyViews());
        return statements;
    }

    /** A view is a word to write and pages to read for DuckDB. */
    private static Map<String, String> manyViews() {
        Map<String, String> statements = new LinkedHashMap<>();
        String view = "pruning_criteria";
        for (int times : new int[] {4, 200, 900}) {
            statements.put(
                    "views in SELECT " + times,
                    "SELECT " + numbered(times, "(SELECT count(*) + %d FROM " + view + ")", ", "));
        }
        statements.put("views joined", "SELECT count(*) FROM " + numbered(16, view + " AS v%d", " NATURAL JOIN "));
        statements.put("views in a union", numbered(64, "SELECT count(*) + %d FROM " + view, " UNION ALL "));
        String nested = "SELECT layer FROM %s WHERE layer IN (".formatted(view);
        statements.put("views nested", nested.repeat(22) + "1" + ")".repeat(22));
        String doubling = IntStream.rangeClosed(1, 12)
                .mapToObj(i -> "q%2$d AS (SELECT x.layer FROM q%1$d AS x, q%1$d AS y)".formatted(i - 1, i))
                .collect(Collectors.joining(", "));
        statements.put(
                "views doubling",
                "WITH q0 AS (SELECT layer FROM %s), %s SELECT count(*) FROM q12".formatted(view, doubling));
        return statements;
    }

    /** A page of text that says 2^30 of something. */
    private static Map<String, String> doubling() {
        String aliases = IntStream.rangeClosed(1, 30)
                .mapToObj(i -> "a%1$d + a%1$d AS a%2$d".formatted(i - 1, i))
                .collect(Collectors.joining(", "));
        String with = IntStream.rangeClosed(1, 15)
                .mapToObj(i -> "q%2$d AS (SELECT x.* FROM q%1$d AS x, q%1$d AS y)".formatted(i - 1, i))
                .collect(Collectors.joining(", "));
        return new TreeMap<>(Map.of(
                "aliases doubling", "SELECT 1 AS a0, " + aliases,
                "with queries doubling", "WITH q0 AS (SELECT 1 AS x), " + with + " SELECT count(*) FROM q15",
                "stars doubling", "SELECT *, * FROM (".repeat(20) + "SELECT * FROM runs" + ") AS t".repeat(20),
                "texts doubling",
                        "SELECT x || x || x AS x FROM (".repeat(20) + "SELECT name AS x FROM runs"
                                + ") AS t".repeat(20),
                "separators doubling",
                        "SELECT " + "array_to_string(string_split(".repeat(3) + "name"
                                + ", ' '), '%s')".formatted("x".repeat(30_000)).repeat(3) + " FROM runs",
                "regexp_replace doubling",
                        "SELECT " + "regexp_replace(".repeat(20) + "name" + ", '', 'i', 'g')".repeat(20) + " FROM runs",
                "replace doubling",
                        "SELECT " + "replace(".repeat(20) + "name" + ", 'i', 'iiiiiiiiii')".repeat(20) + " FROM runs"));
    }

    private static Map<String, String> slow() {
        List<String> joins = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            joins.add("activations AS a" + i);
        }
        return new TreeMap<>(Map.of(
                "cross join", "SELECT count(*) FROM " + String.join(", ", joins) + " WHERE a0.weight + a5.weight = 7",
                "regular expression", "SELECT regexp_matches('" + "a".repeat(40_000) + "!', '^(a+)+$')"));
    }

    private static String numbered(int count, String form, String separator) {
        return IntStream.range(0, count).mapToObj(form::formatted).collect(Collectors.joining(separator));
    }
}
