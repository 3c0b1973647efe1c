package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestExplain {
    private RoutingFile file;
    private QueryEngine engine;

    @BeforeAll
    void open() throws Exception {
        file = RoutingFile.filled();
        engine = file.engine();
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
    void explainAnalyzeAddsTimesAndRows() {
        String sql = "EXPLAIN ANALYZE SELECT position, count(*) FROM token_routing GROUP BY position";
        assertThat(keys(sql)).containsExactly("logical_plan", "rollup", "duckdb_sql", "planning", "analyzed_plan");
        assertThat(value(sql, "planning")).matches("\\d+\\.\\d\\d ms");
        assertThat(value(sql, "analyzed_plan"))
                .contains("Total Time:")
                .containsPattern("5 rows")
                .contains("main.routing");
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
