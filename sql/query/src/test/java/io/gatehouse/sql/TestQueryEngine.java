package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gatehouse.client.Relation;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.catalog.AnalysisView;
import io.gatehouse.store.Store;
import io.gatehouse.testing.JavaCommand;
import io.gatehouse.testing.store.RoutingFile;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestQueryEngine {
    private static final QueryLimits LIMITS = new QueryLimits(Duration.ofSeconds(20), 0);
    private static final String ENDLESS = """
            SELECT sum(a.token_id * b.token_id + c.token_id * d.token_id + e.token_id * f.token_id)
            FROM tokens a, tokens b, tokens c, tokens d, tokens e, tokens f
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

    @Test
    void valuesAreOrdinaryJava() {
        String sql = """
                SELECT TRUE, CAST(1 AS TINYINT), CAST(2 AS SMALLINT), 3, CAST(4 AS BIGINT), sum(5), 1.50,
                    CAST(0.25 AS FLOAT), 1e0, 'text', DATE '2026-01-02', TIME '03:04:05',
                    TIMESTAMP '2026-01-02 03:04:05.123456', ARRAY[1, NULL], ARRAY[ARRAY['x']], NULL
                """;
        assertThat(Rows.of(engine, sql).rows().get(0))
                .containsExactly(
                        true,
                        1,
                        2,
                        3,
                        4L,
                        new BigDecimal(5),
                        new BigDecimal("1.50"),
                        0.25f,
                        1.0,
                        "text",
                        LocalDate.of(2026, 1, 2),
                        LocalTime.of(3, 4, 5),
                        LocalDateTime.of(2026, 1, 2, 3, 4, 5, 123_456_000),
                        Arrays.asList(1, null),
                        List.of(List.of("x")),
                        null);
        assertThat(Rows.of(engine, "SELECT CURRENT_TIMESTAMP").rows().get(0).get(0))
                .isInstanceOf(OffsetDateTime.class);
    }

    /** The first time a statement is prepared, later it is not; many rows with texts come in chunks, others do not. */
    @Test
    void rowsAreTheSameHoweverTheyAreRead() throws Exception {
        String sql = """
                SELECT nullif(q.subject, 'algebra') AS subject, q.question, a.layer, a.weight, a.expert = 3 AS third,
                    CAST(r.i AS BIGINT) AS n, a.question_id, 1e0 / (1 + r.i) AS x
                FROM activations AS a JOIN questions AS q USING (question_id), range(%d) AS r(i)
                """;
        try (Connection duckDb = file.reader()) {
            for (int times : new int[] {1, 20}) {
                Rows expected = Rows.of(duckDb, sql.formatted(times)).sorted();
                assertThat(expected.rows()).hasSize(432 * times);
                for (int run = 0; run < 3; run++) {
                    assertThat(Rows.of(engine, sql.formatted(times)).sorted()).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void whatFailsInTheLastRowFailsHoweverRowsAreRead() {
        String sql = """
                SELECT a.phase, CAST(CASE WHEN r.i = %d THEN 'x' ELSE '1' END AS INTEGER) AS n
                FROM activations AS a, range(20) AS r(i)
                """;
        for (int run = 0; run < 3; run++) {
            assertThat(failure(() -> Rows.of(engine, sql.formatted(19))).code()).isEqualTo(ErrorCode.SQL_EXECUTION);
        }
        assertThat(Rows.of(engine, sql.formatted(20)).rows()).hasSize(8_640);
    }

    @Test
    void columnsAreNamedByAliasColumnOrText() {
        String sql = """
                SELECT layer, layer AS l, count(*), sum( weight
                    ), avg(weight), avg(weight), 1 FROM activations GROUP BY layer
                """;
        assertThat(names(sql))
                .containsExactly("layer", "l", "count(*)", "sum( weight )", "avg(weight)", "avg(weight)_1", "1");
        assertThat(names("WITH t AS (SELECT count(*) FROM runs) SELECT 1 + 1 UNION ALL SELECT 2"))
                .containsExactly("1 + 1");
        assertThat(names("SELECT a.run_id, b.run_id FROM runs a, runs b")).doesNotHaveDuplicates();
        assertThat(names("SELECT name AS Model, name AS \"Model\" FROM runs")).containsExactly("model", "Model");
    }

    @Test
    void limitCutsTheRowsAndSaysSo() {
        String sql = "SELECT question_id FROM questions ORDER BY question_id DESC";
        try (QueryResult cut = engine.query(sql, new QueryLimits(Duration.ofSeconds(20), 3))) {
            assertThat(first(cut)).containsExactly(11, 10, 9);
            assertThat(cut.truncated()).isTrue();
            assertThat(cut.next()).isFalse();
        }
        try (QueryResult whole = engine.query(sql, new QueryLimits(Duration.ofSeconds(20), 12))) {
            assertThat(first(whole)).hasSize(12);
            assertThat(whole.truncated()).isFalse();
        }
    }

    @Test
    void limitKeepsTheOrderAndTheLimitOfTheStatement() {
        String sql = "SELECT question_id FROM questions ORDER BY subject, question_id DESC LIMIT 5 OFFSET 1";
        for (int rows : new int[] {1, 2, 4, 5, 6}) {
            try (QueryResult result = engine.query(sql, new QueryLimits(Duration.ofSeconds(20), rows))) {
                assertThat(first(result)).isEqualTo(List.of(10, 9, 8, 3, 2).subList(0, Math.min(rows, 5)));
                assertThat(result.truncated()).isEqualTo(rows < 5);
            }
        }
    }

    @Test
    void limitsMustMakeSense() {
        assertThat(failure(() -> new QueryLimits(Duration.ZERO, 1)).code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(failure(() -> new QueryLimits(Duration.ofSeconds(1), -1)).code())
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }

    @Test
    void timeEndsALongQuery() {
        long start = System.nanoTime();
        try (QueryResult result = engine.query(ENDLESS, new QueryLimits(Duration.ofMillis(700), 0))) {
            GatehouseException failure = failure(result::next);
            assertThat(failure.code()).isEqualTo(ErrorCode.QUERY_TIMEOUT);
            assertThat(failure).hasMessage("The query ran longer than its limit of 0.7 s.");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        assertThat(Rows.of(engine, "SELECT count(*) FROM runs").rows()).containsExactly(List.of(2L));
    }

    @Test
    void timeEndsALongQueryWithTexts() {
        String sql = ENDLESS.replace("SELECT ", "SELECT max(a.token), ");
        for (int run = 0; run < 2; run++) {
            QueryLimits limits = new QueryLimits(Duration.ofMillis(700), 0);
            assertThat(failure(() -> {
                                try (QueryResult result = engine.query(sql, limits)) {
                                    result.next();
                                }
                            })
                            .code())
                    .isEqualTo(ErrorCode.QUERY_TIMEOUT);
        }
    }

    @Test
    void anotherThreadCancels() throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (QueryResult result = engine.query(ENDLESS, LIMITS)) {
            Future<GatehouseException> reader = threads.submit(() -> failure(result::next));
            TimeUnit.MILLISECONDS.sleep(300);
            assertThat(reader.isDone()).isFalse();
            result.cancel();
            assertThat(reader.get(5, TimeUnit.SECONDS).code()).isEqualTo(ErrorCode.CANCELLED_BY_USER);
        } finally {
            threads.shutdown();
        }
        assertThat(Rows.of(engine, "SELECT count(*) FROM runs").rows()).containsExactly(List.of(2L));
    }

    @Test
    void cancelBeforeTheFirstRowAndBetweenRowsIsHeard() {
        try (QueryResult result = engine.query("SELECT 1", LIMITS)) {
            result.cancel();
            assertThat(failure(result::next).code()).isEqualTo(ErrorCode.CANCELLED_BY_USER);
        }
        try (QueryResult result = engine.query("SELECT question_id FROM questions", LIMITS)) {
            assertThat(result.next()).isTrue();
            result.cancel();
            assertThat(failure(result::next).code()).isEqualTo(ErrorCode.CANCELLED_BY_USER);
        }
    }

    @Test
    void manyThreadsAskAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Rows>> questions = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                String sql = "SELECT layer, count(*) + %d FROM activations GROUP BY layer ORDER BY 1".formatted(i);
                questions.add(() -> Rows.of(engine, sql));
            }
            List<Future<Rows>> answers = threads.invokeAll(questions);
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get().rows().get(2)).isEqualTo(List.of(2, 144L + i));
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void catalogShowsTablesThenViewsAndExplainsEveryColumn() {
        assertThat(engine.catalog().relations().stream().map(Relation::name))
                .startsWith(
                        "runs",
                        "questions",
                        "question_attributes",
                        "answers",
                        "generations",
                        "tokens",
                        "token_routing",
                        "activations",
                        "scopes",
                        "layers",
                        "experts",
                        "expert_norms",
                        "router_probabilities",
                        "model_experts",
                        "expert_notes",
                        "unused_experts")
                .endsWith(AnalysisView.all().stream().map(AnalysisView::name).toArray(String[]::new));
        for (Relation relation : engine.catalog().relations()) {
            assertThat(relation.comment()).as(relation.name()).isNotBlank();
            assertThat(relation.columns())
                    .allSatisfy(column -> assertThat(column.comment())
                            .as("%s.%s", relation.name(), column.name())
                            .isNotBlank());
            assertThat(Rows.of(engine, "SELECT * FROM %s LIMIT 1".formatted(relation.name()))
                            .types())
                    .isEqualTo(relation.columns().stream()
                            .map(column -> column.type().toString())
                            .toList());
        }
    }

    @Test
    void asksAStoreAndLeavesItOpen(@TempDir Path directory) {
        try (Store store = Store.create(directory.resolve("routing.duckdb"))) {
            try (QueryEngine overStore = new QueryEngine(store)) {
                assertThat(Rows.of(overStore, "SELECT count(*) FROM expert_accuracy")
                                .rows())
                        .containsExactly(List.of(0L));
            }
            assertThat(store.runs()).isEmpty();
        }
    }

    @Test
    void refusesToStartWhereCalciteWouldMistakeTexts() throws Exception {
        Process process = new ProcessBuilder(
                        JavaCommand.of(OtherCharset.class, List.of("-Dcalcite.default.charset=ISO-8859-1")))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(output).contains("start Java with -Dcalcite.default.charset=UTF-8");
    }

    /** A process in which a property hides that of our resources. */
    static final class OtherCharset {
        private OtherCharset() {}

        public static void main(String[] arguments) throws Exception {
            try (RoutingFile file = RoutingFile.empty();
                    QueryEngine engine = new QueryEngine(file::reader)) {
                System.out.println("started with " + engine.catalog().relations());
            } catch (GatehouseException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private List<String> names(String sql) {
        try (QueryResult result = engine.query(sql, LIMITS)) {
            return result.columns().stream().map(ResultColumn::name).toList();
        }
    }

    private static List<Object> first(QueryResult result) {
        List<Object> values = new ArrayList<>();
        while (result.next()) {
            values.add(requireNonNull(result.value(0)));
        }
        return values;
    }

    private static GatehouseException failure(ThrowingCallable call) {
        return requireNonNull(catchThrowableOfType(GatehouseException.class, call));
    }
}
