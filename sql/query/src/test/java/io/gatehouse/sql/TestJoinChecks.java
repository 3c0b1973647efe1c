package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.store.RoutingFile;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A join whose conditions DuckDB checks for each pair of rows ends when its statement must stop. Other joins are written
 * as they are.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestJoinChecks {
    private static final Duration LIMIT = Duration.ofSeconds(1);

    /** Processor time of all threads after the limit. */
    private static final Duration MOST_OVERTIME = Duration.ofSeconds(3);

    /** A million rows of one key each, of which no two meet a.i < b.j. */
    private static final String ROWS = """
            WITH a AS (SELECT i + 2000000 AS i, i // 1000000 AS k FROM range(1000000) AS r(i)),
                b AS (SELECT j, j // 1000000 AS k FROM range(1000000) AS r(j))
            """;

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

    /** DuckDB looks for a pair without a check for interrupts. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT count(*) FROM a JOIN b ON a.k = b.k AND a.i < b.j",
                "SELECT count(*) FROM a JOIN b ON a.k = b.k WHERE a.i < b.j",
                "SELECT count(*) FROM a LEFT JOIN b ON a.k = b.k WHERE a.i < b.j",
                "SELECT count(b.j) FROM a LEFT JOIN b ON a.k = b.k AND 'b' || CAST(a.i AS VARCHAR) < 'a' || CAST(b.j AS VARCHAR)",
                "SELECT count(*) FROM a FULL JOIN b ON a.k = b.k AND a.i > b.j AND a.i + b.j < 0",
                "SELECT count(*) FROM a LEFT JOIN b ON a.k = b.k AND a.i IN (SELECT run_id FROM runs)",
                "SELECT count(*) FROM a LEFT JOIN b ON a.k = b.k AND a.i < (SELECT max(run_id) FROM runs)",
                "SELECT count(*) FROM a JOIN b ON a.k <> b.k",
                "SELECT count(*) FROM a, b WHERE a.k <> b.k",
                "SELECT count(*) FROM a LEFT JOIN b ON a.i < b.j",
                "SELECT count(*) FROM a JOIN b ON a.i < b.j AND a.i + 1 > b.j",
                "SELECT count(*) FROM (SELECT a.i, b.j FROM a JOIN b ON a.k = b.k GROUP BY a.i, b.j HAVING a.i < b.j)",
                "SELECT count(*) FROM (SELECT a.i - b.j AS d FROM a JOIN b ON a.k = b.k) AS t WHERE d < 0",
                "SELECT count(*) FROM (SELECT a.i, b.j, row_number() OVER (PARTITION BY a.i, b.j) AS n FROM a JOIN b ON a.k = b.k)"
                        + " AS t WHERE i < j",
                "SELECT count(*) FROM ((SELECT i, j FROM a JOIN b ON a.k = b.k) UNION ALL (SELECT i, j FROM a JOIN b ON a.k = b.k))"
                        + " AS t WHERE i < j",
                "SELECT count(*) FROM a, b, runs WHERE a.i < b.j AND a.k = runs.run_id - 1 AND b.k = runs.run_id - 1",
                "SELECT count(*) FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.k = a.k AND b.j > a.i)",
                "SELECT count(*) FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.k = a.k AND b.j > a.i)",
                "SELECT count(*) FROM a WHERE EXISTS"
                        + " (SELECT 1 FROM b JOIN runs AS r ON b.k = r.run_id - 1 AND b.j > a.i AND b.k = a.k)",
                "SELECT count(*) FROM a WHERE i NOT IN (SELECT j FROM b WHERE b.j > a.i)",
                "SELECT count(*) FROM a, LATERAL (SELECT max(j) AS m FROM b WHERE b.k = a.k AND b.j > a.i) AS l WHERE m > 0",
                "SELECT count(*) FROM a, LATERAL (SELECT * FROM b WHERE b.k = a.k) AS l WHERE l.j > a.i",
                "SELECT count(*) FROM a, LATERAL (SELECT j FROM b WHERE b.k = a.k GROUP BY j) AS l WHERE l.j > a.i",
                "SELECT count(*) FROM a, LATERAL (SELECT b.j - a.i AS d FROM b WHERE b.k = a.k) AS l WHERE l.d > 0",
                "SELECT count(*) FROM a WHERE EXISTS (SELECT 1 FROM (SELECT b.j - a.i AS d, b.k FROM b) AS s WHERE s.k = a.k AND s.d > 0)",
                "SELECT count(*) FROM answers AS r WHERE EXISTS"
                        + " (SELECT 1 FROM a, b WHERE a.k = r.run_id - 1 AND b.k = r.run_id - 1 AND a.i < b.j)",
                "SELECT count(*) FROM a JOIN b ON a.k = b.k JOIN layers AS c ON a.i > c.layer * 91000000 AND b.j > 3000000 - c.layer * 4000000",
                "SELECT count(*) FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.j > a.i AND b.k <> a.k)",
                "SELECT count(*) FROM a WHERE i < 0 OR EXISTS (SELECT 1 FROM b WHERE b.k = a.k AND b.j > a.i)",
                "SELECT sum(CASE WHEN EXISTS (SELECT 1 FROM b WHERE b.k = a.k AND b.j > a.i) THEN 1 END) FROM a",
                "SELECT EXISTS (SELECT 1 FROM b WHERE b.k = a.k AND b.j > a.i) AS e FROM a ORDER BY e LIMIT 1",
                "SELECT count(*) FROM a JOIN runs AS r ON a.k = r.run_id - 1 AND EXISTS"
                        + " (SELECT 1 FROM b WHERE b.k = a.k AND b.j > a.i * r.run_id)",
                "SELECT count(*) FROM a JOIN (SELECT unnest(l) AS j FROM (SELECT list(j) AS l FROM b)) AS u ON a.i < u.j"
            })
    void joinsThatFindNothingEndInTime(String query) throws Exception {
        endsByItsLimit(ROWS + query);
    }

    /** DuckDB checks a condition on the side whose rows an outer join keeps for each pair of rows with equal keys. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "LEFT JOIN b ON a.k = b.k AND a.i % 3 = 7",
                "RIGHT JOIN b ON b.k = a.k AND b.j % 3 = 7 AND b.j >= 0",
                "FULL JOIN b ON a.k = b.k AND b.j % 3 = 7",
                "FULL JOIN b ON a.k = b.k AND a.i % 3 = 7"
            })
    void conditionsOfOneSideOfAnOuterJoinAreAKey(String join) {
        String sql = ROWS + "SELECT count(*) FROM a " + join;
        assertThat(written(sql)).doesNotContain("gatehouse_running").contains("CASE WHEN");
        try (QueryResult result = engine.query(sql, List.of(), new QueryLimits(Duration.ofSeconds(20), 0))) {
            assertThat(result.next()).isTrue();
            assertThat(result.value(0)).isEqualTo(join.startsWith("FULL") ? 2_000_000L : 1_000_000L);
        }
    }

    /** DuckDB takes a recursion for few rows, and tries all pairs for two comparisons. */
    @Test
    void joinsOfRecursionsEndInTime() throws Exception {
        endsByItsLimit("""
                WITH RECURSIVE r(i, n) AS (SELECT 2000000, 0 UNION ALL
                        SELECT 3000000 + t.position, n + 1 FROM r, tokens AS t, activations AS v WHERE n < 1),
                    s(i, n) AS (SELECT 2000000, 0 UNION ALL
                        SELECT t.position, n + 1 FROM s, tokens AS t, activations AS v WHERE n < 1)
                SELECT count(*) FROM r JOIN s ON r.i >= s.i AND r.i <= s.i + 5""");
    }

    private void endsByItsLimit(String sql) throws Exception {
        Overtime overtime = Overtime.after(LIMIT);
        try (QueryResult result = engine.query(sql, List.of(), new QueryLimits(LIMIT, 0))) {
            assertThat(result.next()).as(sql).isFalse();
        } catch (GatehouseException e) {
            assertThat(e.code()).as("%s: %s", sql, e.getMessage()).isEqualTo(ErrorCode.QUERY_TIMEOUT);
        } finally {
            assertThat(overtime.taken()).as(sql).isLessThan(MOST_OVERTIME);
        }
    }

    /** DuckDB has a hash table for keys, and sorts both sides for one or two comparisons between relations without a key. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT count(*) FROM tokens AS a JOIN tokens AS b ON a.question_id = b.question_id AND a.position = b.position + 1",
                "SELECT count(*) FROM tokens AS a, answers AS b WHERE a.question_id = b.question_id AND a.position > 3",
                "SELECT count(*) FROM tokens AS a JOIN questions AS q ON a.position + 118 < q.ordinal",
                "SELECT count(*) FROM tokens AS a, questions AS q WHERE a.position + 118 < q.ordinal",
                "SELECT count(*) FROM tokens AS a JOIN questions AS q ON a.position BETWEEN q.ordinal AND q.ordinal + 8",
                "SELECT count(*) FROM tokens AS a JOIN questions AS q ON a.position >= q.ordinal AND a.position < q.ordinal + 8",
                "SELECT count(*) FROM tokens AS a JOIN questions AS q ON a.position BETWEEN q.ordinal AND q.ordinal + 8"
                        + " JOIN answers AS w ON w.question_id = a.question_id",
                "SELECT count(*) FROM tokens AS a JOIN questions AS q ON a.token_id BETWEEN q.ordinal AND q.ordinal + 8"
                        + " JOIN answers AS w ON w.question_id BETWEEN q.question_id * 2 AND q.question_id * 2 + 1",
                "SELECT count(*) FROM tokens AS a WHERE a.position IN (SELECT b.position FROM tokens AS b WHERE b.question_id = a.question_id)",
                "SELECT count(*) FROM tokens AS a WHERE a.position > (SELECT avg(b.position) FROM tokens AS b WHERE b.question_id = a.question_id)"
            })
    void otherJoinsStayAsTheyAre(String sql) {
        assertThat(written(sql)).doesNotContain("gatehouse_running");
    }

    /** All but two comparisons, and a comparison between relations that other conditions join by keys. */
    @Test
    void conditionsBesideSortedOnesAreChecked() {
        assertThat(written("SELECT count(*) FROM tokens AS a JOIN questions AS q"
                        + " ON a.position BETWEEN q.ordinal AND q.ordinal + 8 AND a.question_id <> q.question_id"))
                .contains("BETWEEN")
                .containsPattern("gatehouse_running\\([^<>=]*<>");
        assertThat(written("SELECT count(*) FROM tokens AS a JOIN questions AS q ON a.position < q.ordinal"
                        + " JOIN answers AS w ON w.question_id = a.question_id AND w.question_id = q.question_id"))
                .containsPattern("gatehouse_running\\([^<>=]*<");
        assertThat(written(
                        "SELECT count(*) FROM tokens AS a, questions AS q, answers AS w WHERE a.position + q.ordinal = w.run_id"
                                + " AND w.question_id = a.question_id AND w.question_id = q.question_id"))
                .containsPattern("gatehouse_running\\([^+]*\\+");
    }

    /** With a function of both sides, DuckDB would join the rows of the sub-query with all outer rows first. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT count(*) FROM tokens AS a WHERE %s",
                "SELECT count(*) FROM tokens AS a WHERE NOT %s",
                "SELECT count(*) FROM tokens AS a WHERE a.position = 2 OR %s",
                "SELECT a.position, CASE WHEN a.position < 9 THEN %s END FROM tokens AS a",
                "SELECT count(*) FROM tokens AS a JOIN questions AS q ON a.question_id = q.question_id AND %s"
            })
    void existsIsWrittenAsAJoin(String query) {
        assertThat(written(query.formatted(
                        "EXISTS (SELECT 1 FROM tokens AS b WHERE b.token_id = a.token_id AND b.question_id <> a.question_id"
                                + " AND EXISTS (SELECT 1 FROM answers AS w WHERE w.question_id = b.question_id))")))
                .containsPattern("(?s)(SEMI|ANTI) JOIN .* ON .*gatehouse_running\\(")
                .containsOnlyOnce(" JOIN (SELECT");
        assertThat(written(query.formatted("EXISTS (SELECT 1 FROM questions AS r WHERE r.ordinal > a.position)")))
                .containsPattern("(SEMI|ANTI) JOIN")
                .doesNotContain("gatehouse_running");
        assertThat(written(
                        query.formatted("EXISTS (SELECT 1 FROM questions AS r WHERE r.question_id = a.question_id)")))
                .doesNotContain("SEMI JOIN", "ANTI JOIN", "gatehouse_running");
        assertThat(written(query.formatted(
                        "EXISTS (SELECT 1 FROM tokens AS b WHERE b.token_id = a.token_id AND b.question_id <> a.question_id"
                                + " ORDER BY b.position LIMIT 1)")))
                .containsPattern("(SEMI|ANTI) JOIN");
    }

    @Test
    void aKeyOfAllAlternativesStaysAKey() {
        assertThat(written(
                        "SELECT count(*) FROM tokens AS a JOIN tokens AS b ON (a.question_id = b.question_id AND a.position < b.position)"
                                + " OR (a.question_id = b.question_id AND a.token_id <> b.token_id)"))
                .containsPattern("(?s)ON \\(+\"tokens\"\\.\"question_id\" = .* AND gatehouse_running\\(");
    }

    private String written(String sql) {
        try (QueryResult result = engine.query("EXPLAIN " + sql, new QueryLimits(Duration.ofSeconds(20), 0))) {
            while (result.next()) {
                if ("duckdb_sql".equals(result.value(0))) {
                    return String.valueOf(result.value(1));
                }
            }
        }
        throw new AssertionError("EXPLAIN shows no SQL: " + sql);
    }
}
