package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.plan.MeasureDefinitions;
import io.gatehouse.testing.store.RoutingFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A measure is the aggregate that it names, over the rows of the query that uses it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestMeasures {
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
    @CsvSource(delimiter = '|', textBlock = """
            SELECT layer, aggregate(load) FROM (SELECT *, avg(weight) AS MEASURE load FROM activations) t GROUP BY layer | SELECT layer, avg(weight) FROM activations GROUP BY layer
            SELECT layer, AGGREGATE(load) AS n FROM activations GROUP BY layer HAVING aggregate(load) > 10 ORDER BY aggregate(load) DESC, layer | SELECT layer, count(*) AS n FROM activations GROUP BY layer HAVING count(*) > 10 ORDER BY count(*) DESC, layer
            SELECT AGGREGATE(accuracy) FROM answers | SELECT avg(CASE WHEN correct THEN 1.0 ELSE 0.0 END) FROM answers
            SELECT a.expert, AGGREGATE(w.accuracy) x, 100 * AGGREGATE(mean_weight) y FROM activations a JOIN answers w USING (run_id, question_id) GROUP BY ALL | SELECT a.expert, avg(CASE WHEN w.correct THEN 1.0 ELSE 0.0 END) x, 100 * avg(a.weight) y FROM activations a JOIN answers w USING (run_id, question_id) GROUP BY ALL
            WITH t AS (SELECT expert, weight AS w, sum(weight) AS MEASURE mass, weight FROM activations WHERE layer = 1), u AS (SELECT aggregate(mass) m FROM t) SELECT expert, aggregate(mass) / (SELECT m FROM u) FROM t GROUP BY expert | SELECT expert, sum(weight) / (SELECT sum(weight) FROM activations WHERE layer = 1) FROM activations WHERE layer = 1 GROUP BY expert
            SELECT layer, aggregate(top) FROM (SELECT layer, weight, max(weight) FILTER (WHERE layer = 1) AS MEASURE top FROM activations) GROUP BY ROLLUP (layer) | SELECT layer, max(weight) FILTER (WHERE layer = 1) FROM activations GROUP BY ROLLUP (layer)
            SELECT count(*) FROM (SELECT count(*) AS MEASURE n FROM runs) | SELECT count(*) FROM runs
            """)
    void givesWhatTheAggregateGives(String measured, String plain) {
        assertThat(Rows.of(engine, measured).sorted().rows())
                .isEqualTo(Rows.of(engine, plain).sorted().rows())
                .isNotEmpty();
    }

    @Test
    void isAnsweredByRollups() {
        List<List<@Nullable Object>> explained = Rows.of(
                        engine,
                        "EXPLAIN SELECT layer, aggregate(load), aggregate(mean_weight) FROM activations GROUP BY layer")
                .rows();
        assertThat(explained).contains(List.of("rollup", "layer_usage"));
    }

    @Test
    void namesTheColumnByItsText() {
        List<String> names = new ArrayList<>();
        Rows.of(engine, "SELECT AGGREGATE(load) FROM activations", names);
        assertThat(names).containsExactly("AGGREGATE(load)");
    }

    @Test
    void isDescribedByItsNameAndWithItsRelation() {
        assertThat(Rows.of(engine, "DESCRIBE FUNCTION Accuracy").rows())
                .containsExactly(List.of(
                        "accuracy",
                        "AGGREGATE(accuracy) FROM answers",
                        "Share of the questions that were answered correctly."));
        List<List<@Nullable Object>> rows =
                Rows.of(engine, "DESCRIBE activations").rows();
        assertThat(rows.subList(0, rows.size() - 2))
                .extracting(row -> row.get(0))
                .startsWith("run_id", "question_id")
                .endsWith("weight");
        assertThat(rows.subList(rows.size() - 2, rows.size()))
                .containsExactly(
                        Arrays.asList("load", "MEASURE", "YES", null, null, "Number of activations."),
                        Arrays.asList("mean_weight", "MEASURE", "YES", null, null, "Mean weight of an activation."));
    }

    @Test
    void everyDefinitionHasANoteAndRuns() {
        assertThat(MeasureDefinitions.all()).hasSizeGreaterThan(4);
        for (MeasureDefinitions.Definition definition : MeasureDefinitions.all()) {
            assertThat(definition.note()).endsWith(".");
            String sql = "SELECT AGGREGATE(%s) FROM %s".formatted(definition.name(), definition.relation());
            assertThat(Rows.of(engine, sql).rows()).as(sql).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SELECT AGGREGATE(speed) FROM answers | There is no measure speed here; there is accuracy.
            SELECT AGGREGATE(speed) FROM runs | There is no measure speed here.
            SELECT AGGREGATE(load) FROM activations a, activations b | load is a measure of a and b; say which, as in AGGREGATE(a.load).
            SELECT AGGREGATE(m) FROM (SELECT layer, sum(weight) AS MEASURE m FROM activations) t | The measure m uses weight, which its query does not give; add it to the columns.
            SELECT AGGREGATE(m) FROM (SELECT layer, count(*) AS MEASURE m FROM activations GROUP BY layer) t | A query that defines a measure cannot have GROUP BY, DISTINCT or LIMIT of its own.
            """)
    void refusesByName(String sql, String message) {
        assertThatThrownBy(() -> Rows.of(engine, sql))
                .isInstanceOf(GatehouseException.class)
                .hasMessage(message);
    }
}
