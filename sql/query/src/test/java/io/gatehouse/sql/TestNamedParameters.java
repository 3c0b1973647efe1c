package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gatehouse.client.Bindings;
import io.gatehouse.client.Bindings.ByName;
import io.gatehouse.client.ParameterName;
import io.gatehouse.client.StatementShape;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import io.gatehouse.testing.store.RoutingFile;
import io.gatehouse.type.SqlType.Scalar;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestNamedParameters {
    private static final QueryLimits LIMITS = new QueryLimits(Duration.ofSeconds(20), 0);

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
    void aNameIsOneValueHoweverOftenItOccurs() {
        assertThat(rows("SELECT :a AS a, :b AS b, :a || :b AS c", Map.of("a", "x", "b", "y")))
                .containsExactly(List.of("x", "y", "xy"));
        StatementShape shape = shape(
                "SELECT count(*) AS n FROM questions WHERE question_id > :low AND subject = :subject AND question_id < :low + 3");
        assertThat(shape.names())
                .containsExactly(
                        new ParameterName("low", Optional.of("question_id")),
                        new ParameterName("subject", Optional.of("subject")));
        assertThat(shape.parameters()).containsExactly(Scalar.BIGINT, Scalar.VARCHAR);
        assertThat(rows(
                        "SELECT layer + :n AS x, count(*) FROM activations GROUP BY layer + :n ORDER BY x LIMIT 1",
                        Map.of("n", 10)))
                .as("an expression with a name is the same wherever it stands")
                .hasSize(1);
    }

    @Test
    void namesAreWordsOfAnyCase() {
        assertThat(shape("SELECT CAST(:Layer AS INTEGER), :order, :_1, :größe").names())
                .extracting(ParameterName::name)
                .containsExactly("layer", "order", "_1", "größe");
        assertThat(rows("SELECT CAST(:Layer AS INTEGER) + :LAYER", Map.of("lAyer", 2)))
                .containsExactly(List.of(4));
        assertThat(failure("SELECT :a", parameters("a", 1, "A", 2)))
                .hasMessage("Parameter :a has two values; names are compared without case.");
    }

    @Test
    void aNameMayStandWhereverAQuestionMarkMay() {
        assertThat(rows(
                        "SELECT question_id FROM questions WHERE question_id IN (:a, :b) ORDER BY 1 LIMIT :n OFFSET :skip",
                        Map.of("a", 3, "b", 2, "n", 1, "skip", 1)))
                .containsExactly(List.of(3));
        assertThat(rows("VALUES (:a, [:b, 1])", parameters("a", null, "b", 2)).toString())
                .isEqualTo("[[null, [2, 1]]]");
        assertThat(rows(
                                "SELECT sum(x) OVER (ORDER BY x ROWS BETWEEN :n PRECEDING AND CURRENT ROW) AS s"
                                        + " FROM (VALUES (1), (2), (3)) AS t(x) ORDER BY x",
                                Map.of("n", 1))
                        .toString())
                .isEqualTo("[[1], [3], [5]]");
        assertThat(rows(
                        "SELECT {fn ucase(:a)}, CASE WHEN :b THEN :a ELSE :c END",
                        Map.of("a", "x", "b", false, "c", "z")))
                .containsExactly(List.of("X", "z"));
        assertThat(rows(
                        "SELECT count(*) > 0 FROM top_experts(:run, 'prompt', :n) AS t JOIN runs ON runs.run_id = :run",
                        Map.of("run", 1, "n", 2)))
                .containsExactly(List.of(true));
        assertThat(rows("EXPLAIN SELECT :a AS a", Map.of()).toString()).contains("CAST($1 AS VARCHAR)");
        assertThat(rows("EXPLAIN SELECT :a AS a", Map.of("a", "x")))
                .isEqualTo(rows("EXPLAIN SELECT :a AS a", Map.of()));
        assertThat(failure("EXPLAIN SELECT :a AS a", Map.of("b", 1)))
                .hasMessage("There is no value for :a. The statement has no parameter :b.");
        assertThat(rows("DESCRIBE SELECT :a AS a", Map.of("a", "x"))).hasSize(1);
        assertThat(rows("DESCRIBE SELECT :a AS a", Map.of())).hasSize(1);
    }

    /** What the grammar writes with colons keeps its meaning. */
    @Test
    void castsSlicesAndTimesHaveNoNames() {
        String list = "FROM (VALUES ([10, 20, 30, 40], 2, 3)) AS t(l, a, b)";
        assertThat(rows(
                                "SELECT l[a:b], l[:a], l[a:], l[:], l[:b:a], l[:-:a], a::VARCHAR, TIME '01:02:03' > TIME '00:00:00' "
                                        + list,
                                Map.of())
                        .toString())
                .isEqualTo("[[[20, 30], [10, 20], [20, 30, 40], [10, 20, 30, 40], [10, 30], [10, 30], 2, true]]");
        assertThat(shape("SELECT l[a:b], l[:a] " + list).names()).isEmpty();
    }

    @Test
    void aSliceTakesAParameterInParenthesesOrBehindABlank() {
        String list = "FROM (VALUES ([10, 20, 30, 40], 2)) AS t(l, a)";
        assertThat(rows(
                                "SELECT l[(:n)], l[:(:n)], l[a: :n], l[: :n], l[greatest(:n, 1):], l[a + :n], l[CASE WHEN a = 2 THEN :n END]::VARCHAR "
                                        + list,
                                Map.of("n", 2))
                        .toString())
                .isEqualTo("[[20, [10, 20], [20], [10, 20], [20, 30, 40], 40, 20]]");
        assertThat(failure("SELECT l[:n] " + list, Map.of("n", 2))).hasMessageStartingWith("Column 'n' not found");
    }

    @Test
    void bothKindsInOneStatementAreRefused() {
        GatehouseException failure = failure("SELECT ?,\n :a", Map.of("a", 1));
        assertThat(failure.code()).isEqualTo(ErrorCode.SQL_VALIDATION);
        assertThat(failure)
                .hasMessage("A statement has either ? or named parameters, not both; give each ? a name, as in :name.");
        assertThat(failure.position()).contains(new TextRange(2, 2, 2, 3));
        assertThat(failure("SELECT 1 WHERE :a = 1 AND EXISTS (SELECT ?)", Map.of("a", 1)))
                .hasMessageStartingWith("A statement has either");
    }

    @Test
    void typesOfOneNameAgree() {
        assertThat(shape("SELECT 1 FROM activations WHERE :layer IS NULL OR layer = :layer")
                        .parameters())
                .as("where a value alone has no type, that of the other place")
                .containsExactly(Scalar.BIGINT);
        assertThat(shape("SELECT :n + :n AS x FROM activations WHERE layer = :n")
                        .parameters())
                .containsExactly(Scalar.BIGINT);
        assertThat(shape("SELECT 1 FROM activations WHERE layer = :n LIMIT :n").parameters())
                .as("integers of two sizes")
                .containsExactly(Scalar.INTEGER);
        GatehouseException failure =
                failure("SELECT 1 FROM activations WHERE layer = :x AND weight > :x", Map.of("x", 1));
        assertThat(failure)
                .hasMessage(
                        "Parameter :x is BIGINT in one place and FLOAT in another; write CAST(:x AS type) in both.");
        assertThat(failure.position()).contains(new TextRange(1, 41, 1, 42));
        assertThat(failure("SELECT CAST(:x AS DECIMAL(4, 1)), CAST(:x AS DECIMAL(10, 5))", Map.of("x", 1)))
                .hasMessageStartingWith("Parameter :x is DECIMAL(4,1) in one place and DECIMAL(10,5) in another");
        assertThat(failure("SELECT :x + :x", Map.of("x", 1)))
                .hasMessage("The type of this parameter cannot be told from where it stands; write CAST(:x AS type).");
    }

    @Test
    void missingAndUnknownNamesAreOneError() {
        String sql = "SELECT count(*) FROM activations WHERE layer = :layer AND expert = :expert AND run_id = :run";
        GatehouseException failure = failure(sql, Map.of("lyer", 1, "run", 1));
        assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(failure)
                .hasMessage("There is no value for :layer and :expert. The statement has no parameter :lyer.");
        assertThat(failure("SELECT 1", Map.of("a", 1))).hasMessage("The statement has no parameter :a.");
        assertThat(failure("SELECT ?", Map.of("a", 1)))
                .hasMessageStartingWith("The parameters of the statement, ?, have no names");
        assertThat(failure(sql, parameters("layer", "x", "expert", 1, "run", 1)))
                .hasMessage("Parameter :layer is of type BIGINT, but 'x' is not.");
        assertThat(requireNonNull(catchThrowableOfType(
                        GatehouseException.class,
                        () -> engine.query("SELECT :a, :b", List.of(1, 2), LIMITS)
                                .close())))
                .hasMessage(
                        "The parameters of the statement have names, :a and :b; give their values by name, or write ? for them ($1 for a PostgreSQL client).");
    }

    @Test
    void otherColonsAreSyntaxErrors() {
        assertThat(failure("SELECT : a", Map.of("a", 1)).code()).isEqualTo(ErrorCode.SQL_SYNTAX);
        assertThat(failure("SELECT :1", Map.of()).code()).isEqualTo(ErrorCode.SQL_SYNTAX);
        assertThat(failure("SELECT x:layer FROM activations", Map.of()))
                .hasMessage("An alias stands after what it names; write 1 AS a.");
    }

    private static Map<String, @Nullable Object> parameters(@Nullable Object... namesAndValues) {
        Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            parameters.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return parameters;
    }

    private StatementShape shape(String sql) {
        return engine.shape(sql, LIMITS.timeout());
    }

    private List<List<@Nullable Object>> rows(String sql, Map<String, ? extends @Nullable Object> values) {
        Bindings parameters = new ByName(new LinkedHashMap<>(values));
        List<List<@Nullable Object>> rows = new ArrayList<>();
        try (QueryResult result = engine.query(sql, parameters, LIMITS)) {
            while (result.next()) {
                List<@Nullable Object> row = new ArrayList<>();
                for (int i = 0; i < result.columns().size(); i++) {
                    row.add(result.value(i));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    private GatehouseException failure(String sql, Map<String, ? extends @Nullable Object> values) {
        return requireNonNull(catchThrowableOfType(GatehouseException.class, () -> rows(sql, values)));
    }
}
