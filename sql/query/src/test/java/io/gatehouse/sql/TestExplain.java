package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.sql.catalog.AnalysisView;
import io.gatehouse.testing.store.RoutingFile;
import java.util.List;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestExplain {
    private static final Pattern FACTS = Pattern.compile("(FROM|JOIN)\\s+\"(activations|token_routing)\"");

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
    void explainShowsThePlanAndTheStatementAndRunsNothing() {
        assertThat(keys("EXPLAIN SELECT name || '''' AS n FROM runs"))
                .containsExactly("logical_plan", "rollup", "duckdb_sql");
        assertThat(value("EXPLAIN SELECT name || '''' AS n FROM runs", "logical_plan"))
                .startsWith("LogicalProject(n=[||($1, '''')])")
                .contains("LogicalTableScan(table=[[runs]])");
        assertThat(value("EXPLAIN SELECT name || '''' AS n FROM runs", "duckdb_sql"))
                .isEqualToIgnoringWhitespace("SELECT (\"runs\".\"name\" || '''') AS \"n\" FROM \"runs\" AS \"runs\"");
    }

    @Test
    void explainPlanForIsTheSame() {
        assertThat(Rows.of(engine, "EXPLAIN PLAN FOR SELECT 1 + 1")).isEqualTo(Rows.of(engine, "EXPLAIN SELECT 1 + 1"));
    }

    @Test
    void whatIsLongAndUsedOftenIsWrittenOnce() {
        String sql = value("""
                EXPLAIN SELECT two_sided_p(z) FROM (
                    SELECT two_proportion_z(position, 10, token_id, 20) AS z FROM tokens
                ) AS t""", "duckdb_sql");
        assertThat(sql.split("SQRT\\(", -1)).as(sql).hasSize(2);
    }

    @Test
    void explainAnalyzeAddsTimesAndRows() {
        String sql = "EXPLAIN ANALYZE SELECT position, count(*) FROM token_routing GROUP BY position";
        assertThat(keys(sql)).containsExactly("logical_plan", "rollup", "duckdb_sql", "planning", "analyzed_plan");
        assertThat(value(sql, "planning")).matches("\\d+\\.\\d\\d ms");
        assertThat(value(sql, "analyzed_plan"))
                .contains("Total Time:")
                .containsPattern("5 rows")
                .contains("main.decisions");
    }

    /** A statement cannot put a rollup in the place of the facts inside a view: the view itself must aggregate them. */
    @Test
    void noViewHandsTheFactsOnAsTheyAre() {
        SoftAssertions assertions = new SoftAssertions();
        for (AnalysisView view : AnalysisView.all()) {
            String sql = "EXPLAIN SELECT count(*) FROM " + view.name();
            String rollup = value(sql, "rollup");
            boolean facts = FACTS.matcher(value(sql, "duckdb_sql")).find();
            assertions.assertThat(rollup).as(view.name()).doesNotStartWith("none: there is no aggregate");
            assertions
                    .assertThat(facts && rollup.endsWith("no aggregate over activations or token_routing"))
                    .as("%s is read from the facts, and its rollup is %s", view.name(), rollup)
                    .isFalse();
        }
        assertions.assertAll();
        assertThat(value("EXPLAIN SELECT count(*) FROM routing_margins", "rollup"))
                .isEqualTo("none: in the view routing_margins, layer_entropy: UNION stands between");
        assertThat(value("EXPLAIN SELECT count(*) FROM expert_accuracy", "rollup"))
                .isEqualTo("layer_entropy, question_usage");
    }

    @Test
    void rollupsOfTheStatementStandBesideThoseOfItsViews() {
        assertThat(value("EXPLAIN SELECT layer, max(mean_token_entropy) FROM gate_entropy GROUP BY layer", "rollup"))
                .isEqualTo("layer_entropy");
        assertThat(value("""
                        EXPLAIN SELECT a.layer, count(*) FROM gate_entropy g JOIN activations a USING (run_id, layer)
                        GROUP BY a.layer
                        """, "rollup")).isEqualTo("layer_entropy, layer_usage");
        assertThat(value("""
                        EXPLAIN SELECT len(list(a.expert)) FROM activations a
                        WHERE a.layer IN (SELECT layer FROM layer_load)
                        """, "rollup")).isEqualTo("none: question_usage: list is in no rollup");
    }

    private List<String> keys(String sql) {
        return Rows.of(engine, sql).rows().stream()
                .map(row -> String.valueOf(row.get(0)))
                .toList();
    }

    private String value(String sql, String key) {
        return Rows.of(engine, sql).rows().stream()
                .filter(row -> key.equals(row.get(0)))
                .map(row -> String.valueOf(row.get(1)))
                .findFirst()
                .orElseThrow();
    }
}
