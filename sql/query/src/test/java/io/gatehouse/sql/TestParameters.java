package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gatehouse.client.ResultColumn;
import io.gatehouse.client.StatementShape;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import io.gatehouse.sql.function.FunctionTable;
import io.gatehouse.testing.store.RoutingFile;
import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.Scalar;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.type.FamilyOperandTypeChecker;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestParameters {
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
    void parametersInReplaceHaveTypes() {
        String sql = "SELECT * REPLACE (CASE WHEN TRUE THEN 1 WHEN 'a' > ? THEN 2 END AS ordinal)"
                + " FROM (SELECT question_id, ordinal FROM questions) AS q ORDER BY 1 LIMIT 1";
        assertThat(rows(sql, "b")).containsExactly(List.of(0, 1));
    }

    @Test
    void valuesTakeThePlaceOfParameters() {
        String sql = "SELECT count(*) FROM questions WHERE subject = ? AND question_id BETWEEN ? AND ?";
        assertThat(rows(sql, "algebra", 1, 3))
                .isEqualTo(Rows.of(
                                engine,
                                "SELECT count(*) FROM questions WHERE subject = 'algebra' AND question_id BETWEEN 1 AND 3")
                        .rows());
        assertThat(rows(sql, "algebra", 3, 1)).containsExactly(List.of(0L));
        assertThat(rows(
                        "SELECT question_id FROM questions WHERE question_id IN (?, ?) ORDER BY 1 LIMIT ? OFFSET ?",
                        3,
                        2,
                        1,
                        1))
                .containsExactly(List.of(3));
        assertThat(rows(
                        "SELECT name FROM runs WHERE name LIKE ? || '%' AND run_id = CASE WHEN ? THEN 1 ELSE ? END",
                        "r", true, 2))
                .hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void aParameterThatNothingUsesLeavesNoGap() {
        assertThat(rows("SELECT count(*) FROM (SELECT CAST(? AS INTEGER) AS a FROM runs) AS t", 1))
                .containsExactly(List.of(2L));
        assertThat(rows(
                        "SELECT b FROM (SELECT CAST(? AS INTEGER) AS a, run_id AS b FROM runs) AS t GROUP BY b HAVING b = ?",
                        7,
                        2))
                .containsExactly(List.of(2));
        assertThat(rows("SELECT list(CAST(? AS INTEGER) ORDER BY run_id) FROM runs", 5))
                .containsExactly(List.of(List.of(5, 5)));
        assertThat(engine.shape(
                                "SELECT count(*) AS n FROM (SELECT CAST(? AS DATE) AS a FROM runs) AS t",
                                Duration.ofSeconds(20))
                        .parameters())
                .containsExactly(Scalar.DATE);
    }

    @Test
    void aValueIsNeverReadAsSql() {
        String hostile = "'; DROP TABLE runs; -- $1 \" ?";
        assertThat(rows("SELECT CAST(? AS VARCHAR), '?', \"a\".* FROM (VALUES (1)) AS \"a\" (\"?\")", hostile))
                .containsExactly(List.of(hostile, "?", 1));
        assertThat(rows("SELECT count(*) FROM runs WHERE name = ?", hostile)).containsExactly(List.of(0L));
    }

    @Test
    void besideAColumnAParameterIsAsWideAsALiteral() {
        assertThat(parameters("SELECT * FROM activations WHERE layer = ? AND weight > ? AND rank + ? > 1"))
                .containsExactly("BIGINT", "FLOAT", "BIGINT");
        assertThat(rows("SELECT count(*) FROM activations WHERE layer < ?", 100_000))
                .isEqualTo(Rows.of(engine, "SELECT count(*) FROM activations").rows());
        assertThat(parameters("SELECT * FROM runs WHERE name = ? AND started_at > ? AND ? LIKE 'x' LIMIT ?"))
                .containsExactly("VARCHAR", "TIMESTAMP", "VARCHAR", "INTEGER");
    }

    @Test
    void shapeTellsColumnsToo() {
        StatementShape shape =
                engine.shape("SELECT layer + ?, CAST(? AS DATE) AS d FROM activations", LIMITS.timeout());
        assertThat(shape.parameters()).containsExactly(Scalar.BIGINT, Scalar.DATE);
        assertThat(shape.columns())
                .containsExactly(new ResultColumn("layer + ?", Scalar.BIGINT), new ResultColumn("d", Scalar.DATE));
    }

    @Test
    void aParameterWithoutATypeAsksForACast() {
        GatehouseException failure = failure("SELECT 1,\n ? + ?", 1, 1);
        assertThat(failure.code()).isEqualTo(ErrorCode.SQL_VALIDATION);
        assertThat(failure)
                .hasMessage("The type of this parameter cannot be told from where it stands; write CAST(? AS type).");
        assertThat(failure.position()).contains(new TextRange(2, 2, 2, 2));
        assertThat(failure("SELECT -?", 1)).hasMessageContaining("write CAST(? AS type)");
        assertThat(parameters("SELECT upper(?), ? || 'x', replace(name, ?, 'x') FROM runs WHERE ? IS NULL"))
                .containsExactly("VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR");
        assertThat(failure("SELECT name FROM runs ORDER BY ?", 1))
                .hasMessageStartingWith("A parameter cannot be a key of ORDER BY");
        assertThat(failure("SELECT list_contains(experts, ?) FROM token_routing", List.of(1)))
                .isInstanceOf(GatehouseException.class);
    }

    @Test
    void otherOperandsTellTheType() {
        assertThat(parameters("SELECT coalesce(?, name), coalesce(name, ?), ifnull(?, name), nullif(?, 'x') FROM runs"))
                .containsOnly("VARCHAR")
                .hasSize(4);
        assertThat(parameters("SELECT * FROM runs WHERE run_id = coalesce(?, run_id) OR coalesce(?, ?) = run_id"))
                .containsExactly("BIGINT", "BIGINT", "BIGINT");
        assertThat(parameters(
                        "SELECT CASE WHEN layer = ? THEN ? ELSE weight END, CASE ? WHEN 1 THEN ? END FROM activations"))
                .containsExactly("BIGINT", "FLOAT", "BIGINT", "VARCHAR");
        assertThat(parameters("SELECT CASE WHEN layer > ? THEN weight * ? ELSE NULL END FROM activations"))
                .containsExactly("BIGINT", "FLOAT");
        assertThat(parameters(
                        "SELECT sum(CASE WHEN correct = ? THEN ? ELSE ? END), greatest(1, ?), [?, 1] FROM answers"))
                .containsExactly("BOOLEAN", "DOUBLE", "DOUBLE", "BIGINT", "BIGINT");
        assertThat(parameters(
                        "SELECT 1 FROM runs WHERE (name, run_id) IN ((?, ?), (?, ?)) AND ? IN (SELECT name FROM runs)"))
                .containsExactly("VARCHAR", "BIGINT", "VARCHAR", "BIGINT", "VARCHAR");
        assertThat(parameters("SELECT 1 FROM runs WHERE 1.5 < ? AND 'abc' = ? AND started_at > ? - INTERVAL '1' DAY"))
                .containsExactly("DOUBLE", "VARCHAR", "TIMESTAMP");
        assertThat(
                        parameters(
                                "SELECT lag(weight, ?, ?) OVER (ORDER BY layer), sum(layer) OVER (ORDER BY layer ROWS ? PRECEDING) FROM activations"))
                .containsExactly("BIGINT", "FLOAT", "BIGINT");
    }

    @Test
    void functionsTellTheType() {
        assertThat(
                        parameters(
                                "SELECT concat('%', ?, '%'), date_trunc(?, started_at), substring(name, ?, ?), left(name, ?) FROM runs"))
                .containsExactly("VARCHAR", "VARCHAR", "BIGINT", "BIGINT", "BIGINT");
        assertThat(parameters("SELECT date_trunc('month', ?), extract(year FROM ?), year(?), abs(?), power(?, 2)"))
                .containsExactly("TIMESTAMP", "TIMESTAMP", "TIMESTAMP", "DOUBLE", "DOUBLE");
        assertThat(parameters("SELECT experts[?], experts[?:?], list_contains(experts, ?) FROM token_routing"))
                .containsOnly("BIGINT")
                .hasSize(4);
        assertThat(rows("SELECT round(avg(weight), ?) = round(avg(weight), 2) FROM activations", 2))
                .containsExactly(List.of(true));
        assertThat(rows(
                        "SELECT quantile_cont(x, ?), string_agg('a', ?), ? FROM (VALUES (10), (20)) AS t(x)",
                        0.5,
                        "'",
                        "x"))
                .containsExactly(List.of(15.0, "a'a", "x"));
        assertThat(engine.shape("SELECT quantile_cont(layer, ?), ? AS y FROM activations", LIMITS.timeout())
                        .columns())
                .extracting(ResultColumn::type)
                .containsExactly(Scalar.DOUBLE, Scalar.VARCHAR);
    }

    @Test
    void aBareParameterIsAText() {
        assertThat(rows("SELECT ?", "x")).containsExactly(List.of("x"));
        assertThat(parameters("SELECT ? AS x, count(?), max(?), ? = ? FROM runs"))
                .containsOnly("VARCHAR");
        assertThat(parameters("VALUES (?, 1), ('x', ?), (?, ?)"))
                .containsExactly("VARCHAR", "BIGINT", "VARCHAR", "BIGINT");
        assertThat(rows("SELECT ? AS x UNION ALL SELECT 1 ORDER BY x", 2)).containsExactly(List.of(1), List.of(2));
        assertThat(rows("SELECT x FROM UNNEST([?, ?]) AS t(x) ORDER BY x", "b", "a"))
                .containsExactly(List.of("a"), List.of("b"));
    }

    /** DuckDB would say so itself, but only when it is asked with a function that it does not know for these types. */
    @Test
    void everyFunctionTakesAParameterAtEachPlace() {
        List<String> faults = new ArrayList<>();
        for (SqlOperator operator : FunctionTable.INSTANCE.getOperatorList()) {
            if (operator instanceof SqlFunction
                    && operator.getOperandTypeChecker() instanceof FamilyOperandTypeChecker checker
                    && !operator.getName().equals("range")) {
                int count = checker.getOperandCountRange().getMax();
                for (int place = 0; place < count; place++) {
                    // There are no parameters that are lists or intervals.
                    boolean scalar = checker.getOperandSqlTypeFamily(place) != SqlTypeFamily.ARRAY
                            && checker.getOperandSqlTypeFamily(place) != SqlTypeFamily.DATETIME_INTERVAL;
                    if (scalar) {
                        fault(operator, checker, count, place).ifPresent(faults::add);
                    }
                }
            }
        }
        assertThat(faults).isEmpty();
    }

    private Optional<String> fault(SqlOperator operator, FamilyOperandTypeChecker checker, int count, int place) {
        List<String> arguments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            arguments.add(i == place ? "?" : sample(checker.getOperandSqlTypeFamily(i)));
        }
        String over = operator.requiresOver() ? " OVER (ORDER BY run_id)" : "";
        String sql = "SELECT %s(%s)%s FROM runs".formatted(operator.getName(), String.join(", ", arguments), over);
        try {
            String type = parameters(sql).get(0);
            rows(sql, value(type));
            return Optional.empty();
        } catch (GatehouseException e) {
            String literal = sql.replace("?", sample(checker.getOperandSqlTypeFamily(place)));
            boolean refused = e.code() == ErrorCode.SQL_EXECUTION
                    || String.valueOf(e.getMessage()).endsWith("must be a literal.")
                    || String.valueOf(e.getMessage()).contains("that is written out")
                    || isRefused(literal);
            return refused ? Optional.empty() : Optional.of(sql + ": " + e.getMessage());
        }
    }

    /** What is refused with a literal, too, is not for the parameter. */
    private boolean isRefused(String sql) {
        try {
            rows(sql);
            return false;
        } catch (GatehouseException e) {
            return true;
        }
    }

    private static String sample(SqlTypeFamily family) {
        return switch (family) {
            case CHARACTER, STRING -> "'day'";
            case DATETIME, TIMESTAMP -> "TIMESTAMP '2024-01-01 00:00:00'";
            case ARRAY -> "[0.5, 1.0]";
            case DATETIME_INTERVAL -> "INTERVAL '1' DAY";
            case BOOLEAN -> "TRUE";
            default -> "1";
        };
    }

    private static Object value(String type) {
        return switch (type) {
            case "VARCHAR" -> "day";
            case "TIMESTAMP" -> "2024-01-01 00:00:00";
            case "BOOLEAN" -> true;
            case "DOUBLE" -> 0.5;
            default -> 1;
        };
    }

    /** Each ? is a parameter of its own: that two would get one value is not known when names are checked. */
    @Test
    void aGroupedExpressionWithAParameterIsNamedAndNotRepeated() {
        GatehouseException failure = failure("SELECT layer + ?, count(*) FROM activations GROUP BY layer + ?", 1, 1);
        assertThat(failure.code()).isEqualTo(ErrorCode.SQL_VALIDATION);
        assertThat(failure).hasMessageContaining("is not being grouped");
        List<List<@Nullable Object>> expected = Rows.of(
                        engine, "SELECT layer + 1, count(*) FROM activations GROUP BY layer ORDER BY 1")
                .rows();
        for (String sql : List.of(
                "SELECT layer + ? AS x, count(*) FROM activations GROUP BY x ORDER BY x",
                "SELECT layer + ?, count(*) FROM activations GROUP BY 1 ORDER BY 1",
                "SELECT layer + ?, count(*) FROM activations GROUP BY ALL ORDER BY ALL")) {
            assertThat(rows(sql, 1).toString()).as(sql).isEqualTo(expected.toString());
        }
    }

    @Test
    void everyFormThatHoldsAQueryTakesParameters() {
        String counted = "SELECT count(*) AS n FROM activations WHERE layer = ?";
        assertThat(Rows.of(engine, "EXPLAIN " + counted).rows().toString()).contains("CAST($1 AS BIGINT)");
        assertThat(rowsOnce("EXPLAIN ANALYZE " + counted, 1)).hasSizeGreaterThan(3);
        assertThat(rows("DESCRIBE " + counted, 1)).hasSize(1);
        assertThat(rows("SUMMARIZE SELECT layer FROM activations WHERE layer = ?", 1))
                .hasSize(1);
        assertThat(rows(
                        "WITH RECURSIVE t (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < ?) SELECT count(*) FROM t",
                        7))
                .containsExactly(List.of(7L));
        assertThat(rows("SELECT DISTINCT ON (subject) subject FROM questions WHERE subject >= ? ORDER BY subject", "a"))
                .hasSizeGreaterThan(1);
        assertThat(rows(
                        "SELECT count(*) FROM runs WHERE EXISTS (SELECT 1 FROM answers a WHERE a.run_id = runs.run_id AND a.question_id = ?)",
                        1))
                .containsExactly(List.of(2L));
        assertThat(rows("SELECT wilson_low(?, ?) = wilson_low(3, 10)", 3, 10)).containsExactly(List.of(true));
    }

    @Test
    void rollupsAnswerStatementsWithParameters() {
        String sql =
                "SELECT expert, count(*), sum(weight) FROM activations WHERE layer = ? GROUP BY expert ORDER BY expert";
        assertThat(Rows.of(engine, "EXPLAIN " + sql).rows()).contains(List.of("rollup", "layer_usage"));
        assertThat(rows(sql, 1))
                .isEqualTo(Rows.of(engine, sql.replace("?", "1")).rows())
                .isNotEmpty();
        assertThat(rows(sql, 2)).isNotEqualTo(rows(sql, 1));
    }

    @Test
    void theNextValuesOfAStatementCountToo() {
        String sql = "SELECT count(*) FROM questions WHERE question_id < CAST(? AS DOUBLE)"
                + " AND coalesce(CAST(? AS VARCHAR), subject) = subject AND (CAST(? AS BOOLEAN) OR question_id > ?)";
        long all = (Long) requireNonNull(
                Rows.of(engine, "SELECT count(*) FROM questions").rows().get(0).get(0));
        for (double high : List.of(Double.NaN, Double.POSITIVE_INFINITY, 1e300)) {
            assertThat(rows(sql, high, null, true, 0)).containsExactly(List.of(all));
        }
        // The first question is 0.
        assertThat(rows(sql, 1e-300, null, true, 0)).containsExactly(List.of(1L));
        assertThat(rows(sql, -0.0, null, true, 0)).containsExactly(List.of(0L));
        assertThat(rows(sql, 1e9, "it's $1 \" ' -- \\", true, 0)).containsExactly(List.of(0L));
        for (String text : List.of("a\0b", "a\u00a0b", "", " ")) {
            assertThat(rows("SELECT length(?) = ?, ? = ? || ''", text, text.length(), text, text))
                    .containsExactly(List.of(true, true));
        }
        assertThat(rows(sql, 1e9, null, false, Long.MAX_VALUE)).containsExactly(List.of(0L));
        assertThat(rows(sql, 1e9, null, null, 0)).containsExactly(List.of(all - 1));
        assertThat(rows(
                        "SELECT CAST(? AS DECIMAL(18, 3)) + 0.001, CAST(? AS FLOAT), CAST(? AS HUGEINT)",
                        new BigDecimal("-123456789012345.678"),
                        0.1f,
                        new BigDecimal("-170141183460469231731687303715884105728")))
                .containsExactly(List.of(
                        new BigDecimal("-123456789012345.677"),
                        0.1f,
                        new BigDecimal("-170141183460469231731687303715884105728")));
        assertThat(rows("SELECT count(*) FROM questions WHERE ? >= DATE '2026-01-01'", LocalDate.of(12_026, 1, 1)))
                .containsExactly(List.of(all));
    }

    @Test
    void aLimitOfTheCallerCutsThemToo() {
        try (QueryResult result = engine.query(
                "SELECT question_id FROM questions WHERE question_id > ? ORDER BY 1",
                List.of(2),
                new QueryLimits(Duration.ofSeconds(20), 2))) {
            assertThat(result.next()).isTrue();
            assertThat(result.value(0)).isEqualTo(3);
            assertThat(result.next()).isTrue();
            assertThat(result.next()).isFalse();
            assertThat(result.truncated()).isTrue();
        }
    }

    private List<String> parameters(String sql) {
        return engine.shape(sql, LIMITS.timeout()).parameters().stream()
                .map(SqlType::toString)
                .toList();
    }

    /** The rows of a statement, which DuckDB prepares the first time only. */
    private List<List<@Nullable Object>> rows(String sql, @Nullable Object... values) {
        List<List<@Nullable Object>> rows = rowsOnce(sql, values);
        assertThat(rowsOnce(sql, values)).isEqualTo(rows);
        return rows;
    }

    private List<List<@Nullable Object>> rowsOnce(String sql, @Nullable Object... values) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        try (QueryResult result = engine.query(sql, Arrays.asList(values), LIMITS)) {
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

    private GatehouseException failure(String sql, @Nullable Object... values) {
        return requireNonNull(catchThrowableOfType(GatehouseException.class, () -> rows(sql, values)));
    }
}
