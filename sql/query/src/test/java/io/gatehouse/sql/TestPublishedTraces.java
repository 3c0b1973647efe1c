package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.testing.SharedData;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Views on routing that others recorded, against the numbers that they published: the trace of justinchuby/onnx-genai,
 * commit ac9c7dd0.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestPublishedTraces {
    private RoutingFile file;
    private QueryEngine engine;

    @BeforeAll
    void open() throws Exception {
        String trace = SharedData.path("reference/traces/granite/moe_expert_trace.json").toString();
        file = RoutingFile.empty();
        try (Connection connection = file.writer();
                Statement statement = connection.createStatement()) {
            statement.execute(RoutingFile.resource("/sql/granite.data.sql").replace("$file", trace));
        }
        engine = file.engine();
    }

    @AfterAll
    void close() throws Exception {
        if (engine != null) {
            engine.close();
            file.close();
        }
    }

    /** Of the three prompts together; w of neighbours, over k: 1.5289, 1.6413, 1.5534 and so on of each prompt. */
    @Test
    void distinctExpertsOfNeighbours() {
        List<List<@Nullable Object>> rows = rows("""
                SELECT tokens, avg(over_k) AS over_k FROM working_set
                WHERE scope = 'generated' AND tokens_from = 'window' AND tokens IN (2, 4, 8)
                GROUP BY tokens ORDER BY tokens
                """);
        assertThat(rows).extracting(row -> row.get(0)).containsExactly(2, 4, 8);
        assertThat(number(rows.get(0))).isEqualTo((1.5289 + 1.6413 + 1.5534) / 3, within(5e-5));
        assertThat(number(rows.get(1))).isEqualTo((2.2451 + 2.1321 + 2.2901) / 3, within(5e-5));
        assertThat(number(rows.get(2))).isEqualTo((2.9355 + 2.5709 + 2.9921) / 3, within(5e-5));
    }

    /** Of the three prompts together; published as the misses 6590, 7949 and 6886 of a cache of 8 experts of each layer. */
    @Test
    void expertsOfTheStepBefore() {
        assertThat(rows("""
                        SELECT CAST(round(sum((1 - reuse) * n * 8)) AS BIGINT) + 3 * 24 * 8 AS misses
                        FROM expert_reuse WHERE scope = 'generated' AND lag = 1
                        """)).containsExactly(List.of(6590L + 7949 + 6886));
    }

    private static double number(List<@Nullable Object> row) {
        return ((Number) row.get(1)).doubleValue();
    }

    private List<List<@Nullable Object>> rows(String sql) {
        return Rows.of(engine, sql).rows();
    }
}
