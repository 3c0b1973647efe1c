package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.store.RoutingFile;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a statement does within one vector of rows, where DuckDB can neither be interrupted nor accounts for memory, is
 * bounded: it ends in time, or is refused with the name of the function.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestWorkGuards {
    private static final Duration LIMIT = Duration.ofSeconds(2);

    /** Processor time of all threads after the limit. On a machine under load the most was 0.6 s. */
    private static final Duration MOST_OVERTIME = Duration.ofSeconds(3);

    /** How a statement may end. */
    private static final Set<ErrorCode> ENDS = EnumSet.of(
            ErrorCode.SQL_TOO_LARGE, ErrorCode.OUT_OF_MEMORY, ErrorCode.QUERY_TIMEOUT, ErrorCode.SQL_EXECUTION);

    /** It may not even come to the guard. */
    private static final Set<ErrorCode> REFUSED = EnumSet.of(ErrorCode.SQL_TOO_LARGE, ErrorCode.QUERY_TIMEOUT);

    private static final String LONG_TEXT =
            "WITH b AS (SELECT string_agg(question, '') AS s FROM questions CROSS JOIN range(30000)) ";
    private static final String LONG_LIST =
            "WITH b AS (SELECT array_agg(r.i) AS w FROM questions, range(50000) AS r(i)) ";

    private RoutingFile file;
    private QueryEngine engine;

    @BeforeAll
    void open() throws Exception {
        file = RoutingFile.filled();
        engine = new QueryEngine(file::reader);
    }

    @AfterAll
    void close() throws Exception {
        engine.close();
        file.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT max(length(s || question)) FROM b, questions, range(1000)",
                "SELECT max(length(substr(s, CAST(question_id AS INTEGER) + 1))) FROM b, questions, range(1000)",
                "SELECT max(len(string_split(s || question, ''))) FROM b, questions, range(1000)",
                "SELECT s, question FROM b, questions, range(1000)",
                "SELECT max(strlen(nfc_normalize(s))) FROM b",
                "SELECT max(strlen(strip_accents(s))) FROM b",
                "SELECT max(strlen(v)) FROM (SELECT first_value(s) OVER (ORDER BY question_id) AS v FROM b, questions)",
                "SELECT count(DISTINCT s || question) FROM b, questions, range(1000)",
                "SELECT max(s) FROM b, questions, range(1000)",
                "SELECT upper(s) FROM b, range(1000)",
                "SELECT max(len(regexp_extract_all(s || question, '.'))) FROM b, questions",
                "SELECT regexp_replace(s, '[^z]*z|b', '', 'g') FROM b",
                "SELECT regexp_split_to_array(s, '[^z]*z|b') FROM b",
                "SELECT max(levenshtein(s, question)) FROM b, questions, range(1000)",
                "SELECT levenshtein(s, s || 'x') FROM b",
                "SELECT len(string_split(s, left(s, 500000) || '~')) FROM b",
                "SELECT split_part(s, left(s, 500000) || '~', 1) FROM b",
                "SELECT len(regexp_extract_all(s, '([^~]*)~|b')) FROM b",
                "SELECT question FROM b, questions, range(1000) ORDER BY s || question",
                "SELECT max(CASE WHEN question_id < 0 THEN 'x' ELSE s || question END) FROM b, questions, range(1000)"
            })
    void longTextsOfAggregatesAreGuarded(String query) throws Exception {
        assertThat(end(LONG_TEXT + query)).isIn(REFUSED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT max(len(list_sort(w))) FROM b, range(3000)",
                "SELECT max(len(w[1:400000 - question_id])) FROM b, questions, range(1000)",
                "SELECT max(len(list_intersect(w, [question_id]))) FROM b, questions",
                "SELECT max(list_sum(w)) FROM b, range(100000)",
                "SELECT max(len(v)) FROM (SELECT first_value(w) OVER (ORDER BY question_id) AS v FROM b, questions)",
                "SELECT max(len(v)) FROM (SELECT lag(w IGNORE NULLS) OVER (ORDER BY i) AS v FROM range(9) AS r(i) LEFT JOIN b ON i = 0)",
                "SELECT w, i FROM b, range(3000) AS r(i)",
                "SELECT max(len(w || [i])) FROM b, range(3000) AS r(i)",
                "SELECT max(len(w || [i + 1])) FROM b, range(200000) AS r(i)",
                "SELECT count(DISTINCT w) FROM b, range(3000)"
            })
    void longListsAreGuarded(String query) throws Exception {
        assertThat(end(LONG_LIST + query)).isIn(REFUSED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT count(*) FROM b, questions, range(1000) WHERE s || question LIKE '%x%y'",
                "SELECT (SELECT max(length(s || q.question)) FROM b) FROM questions AS q, range(1000)",
                "SELECT string_agg(s, '') OVER (ORDER BY question_id) FROM b, questions",
                "SELECT max(strlen(v)) FROM (SELECT lag(s) OVER (ORDER BY question_id) AS v FROM b, questions, range(100))",
                "SELECT max(strlen(v)) FROM (SELECT lag(subject, 100000, s) OVER (ORDER BY question_id) AS v FROM b, questions, range(100))",
                "SELECT max(t.n) FROM b, questions, LATERAL (SELECT length(s || question) AS n) AS t",
                "SELECT count(*) FROM b, questions AS x JOIN questions AS y ON s || x.question < y.question || s",
                "SELECT s FROM b UNION SELECT s || question FROM b, questions, range(100)",
                "SELECT first_value(s || question) OVER (ORDER BY question_id) FROM b, questions, range(100)"
            })
    void othersEndInTime(String query) throws Exception {
        assertThat(end(LONG_TEXT + query))
                .as(query)
                .isIn(null, ErrorCode.SQL_TOO_LARGE, ErrorCode.OUT_OF_MEMORY, ErrorCode.QUERY_TIMEOUT);
    }

    /** What a recursion reads is not bounded by its first query. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "array_to_string(string_split(x, ''), ',')",
                "list_string_agg(string_split(x, ''))",
                "list_aggregate(string_split(x, ''), 'string_agg', ',')",
                "array_to_string(string_split(y, ''), ','), x"
            })
    void textsThatGrowInARecursionAreGuarded(String next) throws Exception {
        String sql = "WITH RECURSIVE t(x, y, n) AS (SELECT CAST('aaaaaaaaaa' AS VARCHAR), CAST('a' AS VARCHAR), 1"
                + " UNION ALL SELECT %s, n + 1 FROM t WHERE n < 60) SELECT max(strlen(x)) FROM t";
        assertThat(end(sql.formatted(next.endsWith(", x") ? next : next + ", y")))
                .isIn(ENDS);
    }

    @Test
    void theOperandsOfWindowsAndSubQueriesAreGuarded() throws Exception {
        assertThat(explained(
                        LONG_TEXT + "SELECT first_value(s || question) OVER (ORDER BY question_id) FROM b, questions"))
                .containsIgnoringCase("gatehouse_work('||'");
        assertThat(explained(LONG_TEXT + "SELECT rank() OVER (ORDER BY s || question) FROM b, questions"))
                .containsIgnoringCase("gatehouse_work('||'");
        assertThat(explained(LONG_TEXT
                        + "SELECT count(*) FROM b, questions WHERE s || question IN (SELECT subject FROM questions)"))
                .containsIgnoringCase("gatehouse_work('||'");
    }

    @Test
    void longParametersAreGuarded() throws Exception {
        String a = "a".repeat(450_000);
        String b = "b".repeat(450_000);
        assertThat(end("SELECT length(replace(?, 'a', ?))", a, b)).isIn(REFUSED);
        assertThat(end(
                        "SELECT length(replace(replace(a, 'a', b), 'a', b)) FROM (SELECT CAST(? AS VARCHAR) AS a, CAST(? AS VARCHAR) AS b)",
                        "a".repeat(40_000),
                        "a".repeat(40_000)))
                .isIn(REFUSED);
        assertThat(end("SELECT levenshtein(?, ?)", a, b)).isIn(REFUSED);
        assertThat(end("SELECT max(length(CAST(i AS VARCHAR) || ?)) FROM range(50000) AS r(i)", a))
                .isIn(REFUSED);
        assertThat(end(
                        "SELECT length(replace(a, 'a', b)) FROM (SELECT max(x) AS a, min(y) AS b"
                                + " FROM (VALUES (CAST(? AS VARCHAR), CAST(? AS VARCHAR))) AS t(x, y))",
                        a,
                        b))
                .isIn(REFUSED);
    }

    @Test
    void longLiteralsAreRefusedBeforeDuckDbComputesThem() throws Exception {
        String a = "a".repeat(45_000);
        String b = "b".repeat(45_000);
        for (String sql : List.of(
                "SELECT levenshtein('%s', '%s')",
                "SELECT length(replace('%s', 'a', '%s')) + length(question) FROM questions",
                "SELECT length(replace('%s', 'a', '%s') || string_agg(question, '')) FROM questions",
                "SELECT length(replace(x, 'a', y)) FROM (VALUES ('%s', '%s')) AS t(x, y)",
                "SELECT levenshtein(x, y) FROM (SELECT '%s' AS x, '%s' AS y)",
                "SELECT damerau_levenshtein(x, y) FROM (SELECT '%s' AS x, '%s' AS y)",
                "SELECT levenshtein(x, '%s') FROM (SELECT CASE WHEN 1 = 0 THEN question ELSE '%s' END AS x FROM questions)",
                "SELECT length(array_to_string(string_split('%s', ''), '%s'))",
                "SELECT count(*) FROM questions WHERE length(replace('%s', 'a', '%s')) > ordinal")) {
            assertThat(end(sql.formatted(a, b))).as(sql).isIn(REFUSED);
        }
    }

    @Test
    void formatsThatNameAnArgumentOftenAreRefused() throws Exception {
        for (String sql : List.of(
                LONG_TEXT + "SELECT strlen(format('" + "{0}".repeat(200) + "', s)) FROM b",
                LONG_TEXT + "SELECT strlen(printf('" + "%1$s".repeat(200) + "', s)) FROM b",
                LONG_TEXT + "SELECT strlen(concat_ws(s" + ", 'x'".repeat(200) + ")) FROM b",
                "SELECT max(strlen(format('" + "{0}".repeat(1_800) + "', CAST(question_id AS DOUBLE)))) FROM questions",
                "SELECT max(strlen(strftime(started_at, '" + "%c".repeat(20_000) + "'))) FROM runs",
                "SELECT max(len(list_select([question || repeat('x', 9000)], " + "[1".concat(", 1".repeat(300))
                        + "]))) FROM questions")) {
            assertThat(end(sql)).as(sql).isEqualTo(ErrorCode.SQL_TOO_LARGE);
        }
    }

    /** A call of literals and parameters is a constant, which DuckDB computes when it plans. */
    @Test
    void parametersBesideLiteralsAreGuarded() throws Exception {
        String literal = "a".repeat(45_000);
        String given = "b".repeat(450_000);
        for (String sql : List.of(
                "SELECT length(array_to_string(string_split('%s', ''), ?))",
                "SELECT length(list_aggregate(string_split('%s', ''), 'string_agg', ?))",
                "SELECT length(replace('%s', 'a', ?))",
                "SELECT length(regexp_replace('%s', 'a', ?, 'g'))",
                "SELECT levenshtein('%s', ?)",
                "SELECT length(replace('%s', 'a', y)) FROM (SELECT ? AS y)",
                "SELECT length(replace('%s', 'a', y)) FROM (SELECT left(?, 100000) AS y)",
                "SELECT length(replace('%s', 'a', y)) FROM (VALUES (?)) AS t(y)",
                "SELECT length(replace('%s', 'a', y)) FROM (SELECT y FROM (SELECT ? AS y) GROUP BY y)",
                "SELECT length(replace('%s', 'a', y)) FROM (SELECT DISTINCT y FROM (SELECT ? AS y FROM runs))",
                "SELECT length(replace('%s', 'a', (SELECT ?)))",
                "SELECT (SELECT length(replace('%s', 'a', y))) FROM (SELECT ? AS y)",
                "SELECT count(*) FROM (SELECT ? AS y) AS t JOIN runs ON length(replace('%s', 'a', y)) > 1",
                "SELECT length(replace(x, 'a', y)) FROM (SELECT '%s' AS x, ? AS y)",
                "WITH t AS (SELECT ? AS y UNION ALL SELECT 'b') SELECT length(replace('%s', 'a', y)) FROM t",
                "SELECT length(replace('%s', 'a', y)) FROM (SELECT CASE WHEN 1 = 0 THEN question ELSE ? END AS y FROM questions)",
                "SELECT length(replace('%s', 'a', coalesce(?, question))) FROM questions")) {
            assertThat(end(sql.formatted(literal), given)).as(sql).isIn(REFUSED);
        }
        assertThatThrownBy(() -> engine.query(
                        "SELECT array_to_string(['a', 'b'], replace(?, 'b', ?))",
                        List.of(given, given),
                        new QueryLimits(LIMIT, 0)))
                .hasMessageContaining("Argument 2 of array_to_string must be a literal or a parameter.");
        try (QueryResult result = engine.query(
                "SELECT array_to_string(['a', 'b'], ?)", List.of(", "), new QueryLimits(Duration.ofSeconds(20), 0))) {
            assertThat(result.next()).isTrue();
            assertThat(result.value(0)).isEqualTo("a, b");
        }
    }

    /** What DuckDB needs as a constant stays one, also as a column. */
    @Test
    void columnsOfParametersKeepTheirValues() throws Exception {
        assertThat(first("SELECT strftime(d, f) FROM (SELECT DATE '2026-03-05' AS d, ? AS f)", "%Y"))
                .isEqualTo("2026");
        assertThat(first("SELECT array_to_string(w, s) FROM (SELECT ['a', 'b'] AS w, ? AS s)", "-"))
                .isEqualTo("a-b");
        assertThat(first("SELECT array_to_string(w, s) FROM (SELECT string_split(?, '') AS w, ? AS s)", "ab", "-"))
                .isEqualTo("a-b");
        assertThat(first("SELECT regexp_replace(t, 'a', 'b', o) FROM (SELECT 'aa' AS t, ? AS o)", "g"))
                .isEqualTo("bb");
        assertThat(first("SELECT string_agg(t, s) FROM (SELECT 'a' AS t, ? AS s, 1 AS k) GROUP BY k", "--"))
                .isEqualTo("a");
        assertThat(first("SELECT string_agg(t, coalesce(?, ',')) FROM (VALUES ('a'), ('b')) AS v(t)", "-"))
                .isEqualTo("a-b");
        assertThat(first("SELECT count(*) FROM (SELECT ? AS y) WHERE y IN ('a', 'b')", "a"))
                .isEqualTo(1L);
        assertThat(first("SELECT upper(y) FROM (SELECT ? AS y UNION SELECT ?)", "a", "a"))
                .isEqualTo("A");
        assertThat(first("SELECT y FROM (SELECT ? AS y FROM questions) GROUP BY ROLLUP (y) ORDER BY y NULLS LAST", "k"))
                .isEqualTo("k");
        assertThat(first("SELECT x FROM (SELECT ? AS y), LATERAL (SELECT upper(y) || '!' AS x)", "a"))
                .isEqualTo("A!");
    }

    /** DuckDB 2.0.0 drops a guard without columns below an outer join that is joined with another relation. */
    @Test
    void conditionsOfParametersStayBelowOuterJoins() throws Exception {
        String joined =
                "SELECT count(*) FROM (SELECT run_id FROM runs WHERE list_has(['a'], ?)) AS a %s JOIN runs AS b ON a.run_id = b.run_id, runs AS c";
        for (String join : List.of("LEFT", "INNER")) {
            assertThat(first(joined.formatted(join), "b")).as(join).isEqualTo(0L);
            assertThat((Long) first(joined.formatted(join), "a")).as(join).isPositive();
        }
        assertThat(first(
                        "SELECT count(b.run_id) FROM runs AS a LEFT JOIN runs AS b ON a.run_id = b.run_id AND list_has(['a'], ?) LEFT JOIN runs AS c ON c.run_id = a.run_id",
                        "b"))
                .isEqualTo(0L);
    }

    private Object first(String sql, Object... values) {
        try (QueryResult result = engine.query(sql, List.of(values), new QueryLimits(LIMIT, 0))) {
            assertThat(result.next()).as(sql).isTrue();
            return requireNonNull(result.value(0), sql);
        }
    }

    @Test
    void largePatternsAreGuarded() throws Exception {
        String texts =
                "SELECT count(*) FROM range(5000) AS r(i) WHERE regexp_matches(repeat('ab', 500) || CAST(i AS VARCHAR), %s)";
        assertThat(end(texts.formatted("'(([ab]?){30}){30}c'"))).isIn(REFUSED);
        assertThat(end(texts.formatted("'(([ab]?){30}){' || CAST(20 + i % 10 AS VARCHAR) || '}c'")))
                .isIn(REFUSED);
    }

    @Test
    void ordinaryStatementsAreNot() throws Exception {
        for (String sql : List.of(
                "SELECT subject, length(string_agg(question, ' ')) FROM questions GROUP BY subject",
                "SELECT upper(string_agg(question, '')) FROM questions",
                "SELECT list_sort(array_agg(question)) FROM questions GROUP BY subject",
                "SELECT array_to_string(array_agg(question ORDER BY question_id), ', ') FROM questions",
                "SELECT regexp_replace(question, '[0-9]+', '#', 'g') FROM questions, range(10000)",
                "SELECT regexp_split_to_array(question, '\\s*,\\s*|;') FROM questions, range(100)",
                LONG_TEXT + "SELECT len(regexp_extract_all(s, '[A-Z][a-z]+')) FROM b",
                "SELECT levenshtein(a.question, b.question) FROM questions AS a, questions AS b, range(500)",
                "SELECT count(*) FROM questions WHERE regexp_matches(question, ?)",
                LONG_TEXT + "SELECT length(s), length(replace(s, 'Q', 'q')) FROM b",
                LONG_LIST + "SELECT len(list_sort(w)), list_sum(w), len(list_distinct(w)) FROM b")) {
            Object[] values = sql.contains("?") ? new Object[] {"[0-9] (a|b)"} : new Object[0];
            try (QueryResult result = engine.query(sql, List.of(values), new QueryLimits(Duration.ofSeconds(60), 0))) {
                assertThat(result.next()).as(sql).isTrue();
            }
        }
    }

    @Test
    void aGuardLooksAtTheRowsThatAreComputedOnly() throws Exception {
        String sql = LONG_TEXT
                + "SELECT max(CASE WHEN question_id < 0 THEN levenshtein(s, question) ELSE 1 END) FROM b, questions, range(100)";
        try (QueryResult result = engine.query(sql, new QueryLimits(Duration.ofSeconds(20), 0))) {
            assertThat(result.next()).isTrue();
        }
    }

    @Test
    void statementsOfShortTextsAreWrittenWithoutGuards() {
        for (String sql : List.of(
                "SELECT question || ' ' || subject, upper(question), replace(question, 'a', 'b') FROM questions",
                "SELECT count(*) FROM questions WHERE question LIKE '%a%' AND subject = ?",
                "SELECT list_contains(choices, 'a'), len(choices) FROM questions",
                "SELECT layer, expert, count(*) FROM activations GROUP BY layer, expert ORDER BY 3 DESC")) {
            assertThat(explained(sql)).doesNotContainIgnoringCase("gatehouse_work");
        }
    }

    @Test
    void longStoredTextsAreGuarded() throws Exception {
        String repeated = "SELECT max(length(question || CAST(i AS VARCHAR))) FROM questions, range(5000) AS r(i)";
        try (RoutingFile texts = RoutingFile.filled();
                QueryEngine before = new QueryEngine(texts::reader);
                Connection writer = texts.writer();
                Statement statement = writer.createStatement()) {
            assertThat(end(before, repeated)).isNull();
            statement.execute(
                    "INSERT INTO questions SELECT * REPLACE (99 AS question_id, 99 AS ordinal, repeat('x', 5_000_000) AS question,"
                            + " [repeat('y', 5_000_000)] AS choices) FROM questions WHERE question_id = 0");
            Thread.sleep(1_500);
            try (QueryEngine after = new QueryEngine(texts::reader)) {
                for (QueryEngine each : List.of(before, after)) {
                    assertThat(end(each, repeated)).isIn(REFUSED);
                    assertThat(end(each, "SELECT upper(choices[1]) FROM questions, range(5000)"))
                            .isIn(REFUSED);
                    assertThat(end(each, "SELECT question, i FROM questions, range(5000) AS r(i)"))
                            .isIn(REFUSED);
                    assertThat(end(each, "SELECT upper(question) FROM questions"))
                            .isNull();
                    assertThat(end(each, "SELECT question FROM questions")).isNull();
                }
            }
        }
    }

    @Test
    void guardsCannotBeCalled() {
        assertThatThrownBy(() -> engine.query("SELECT gatehouse_work('x', 1, 2)", new QueryLimits(LIMIT, 0)))
                .isInstanceOf(GatehouseException.class)
                .hasMessageContaining("gatehouse_work");
    }

    private String explained(String sql) {
        StringBuilder explained = new StringBuilder();
        try (QueryResult result = engine.query("EXPLAIN " + sql, new QueryLimits(Duration.ofSeconds(20), 0))) {
            while (result.next()) {
                explained
                        .append(result.value(0))
                        .append(' ')
                        .append(result.value(1))
                        .append('\n');
            }
        }
        return explained.toString();
    }

    /** How a statement ends; null where it gives its rows. */
    private @Nullable ErrorCode end(String sql, Object... values) {
        return end(engine, sql, values);
    }

    private static @Nullable ErrorCode end(QueryEngine engine, String sql, Object... values) {
        Overtime overtime = Overtime.after(LIMIT);
        try (QueryResult result = engine.query(sql, List.of(values), new QueryLimits(LIMIT, 0))) {
            while (result.next()) {
                assertThat(result.columns()).isNotEmpty();
            }
            return null;
        } catch (GatehouseException e) {
            assertThat(e.code()).as("%s: %s", sql, e.getMessage()).isIn(ENDS);
            return e.code();
        } finally {
            assertThat(overtime.taken()).as(sql).isLessThan(MOST_OVERTIME);
        }
    }
}
