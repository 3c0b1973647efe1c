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
 * commit ac9c7dd0, and the translation task of deepseek-ai/ESFT, commit 579a771.
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

    /** The published curve, of the three prompts together. */
    @Test
    void shareOfTheBusiest() {
        assertThat(rows("SELECT part, share FROM load_concentration WHERE scope = 'generated' AND part >= 0.1 ORDER BY part"))
                .containsExactly(
                        List.of(0.1, 0.22892252604166666),
                        List.of(0.125, 0.2706163194444444),
                        List.of(0.25, 0.456298828125),
                        List.of(0.5, 0.7441134982638888),
                        List.of(0.75, 0.9266493055555556),
                        List.of(0.9, 0.9860297309027778),
                        List.of(1.0, 1.0));
        // The same of layers 0 and 1.
        assertThat(rows("SELECT layer, top25_share FROM layer_load WHERE scope = 'generated' AND layer < 2 ORDER BY layer"))
                .containsExactly(List.of(0, 0.3893229166666667), List.of(1, 0.62890625));
    }

    /**
     * The misses of caches of 8, 16 and 24 experts of each layer, and of one of 192, 384 and 576 experts of all, of the three
     * prompts.
     */
    @Test
    void missesOfCaches() {
        assertThat(rows("""
                        SELECT slots, CAST(sum(misses) AS BIGINT) FROM lru_cache
                        WHERE scope = 'generated' AND cache = 'layer' AND slots IN (8, 16, 24) GROUP BY slots ORDER BY slots
                        """))
                .containsExactly(
                        List.of(8L, 6590L + 7949 + 6886),
                        List.of(16L, 3831L + 2573 + 4068),
                        List.of(24L, 1619L + 944 + 1734));
        assertThat(rows("""
                        SELECT slots, misses FROM lru_cache
                        WHERE scope = 'generated' AND cache = 'model' AND slots IN (192, 384, 576) ORDER BY slots
                        """))
                .containsExactly(
                        List.of(192L, 6590L + 7949 + 6886),
                        List.of(384L, 4459L + 3221 + 4800),
                        List.of(576L, 1700L + 779 + 1884));
    }

    /** The published shares of misses of a set chosen on two prompts, and on the prompt itself, of the prompts together. */
    @Test
    void setsChosenOnTheOtherPrompts() {
        String sql = "SELECT resident, 1 - %s FROM hot_set_of_model(1, 'generated', %d, 3)";
        assertThat(number(rows(sql.formatted("held_out", 192)).get(0)))
                .isEqualTo((0.6446940104166666 + 0.5681966145833334 + 0.5857747395833334) / 3, within(1e-12));
        assertThat(number(rows(sql.formatted("oracle", 192)).get(0)))
                .isEqualTo((0.541015625 + 0.4513346354166667 + 0.512939453125) / 3, within(1e-12));
        assertThat(number(rows(sql.formatted("held_out", 384)).get(0)))
                .isEqualTo((0.367431640625 + 0.27685546875 + 0.3052571614583333) / 3, within(1e-12));
    }

    /** The experts that the authors of ESFT released for p = 0.2, in their order, and the scores beside them. */
    @Test
    void expertsThatEsftTunes() throws Exception {
        String folder = SharedData.path("reference/traces/esft").toString();
        try (RoutingFile esft = RoutingFile.empty()) {
            esft.execute(RoutingFile.resource("/sql/esft.data.sql").replace("$folder", folder));
            try (Connection released = esft.reader();
                    QueryEngine tuned = esft.engine()) {
                assertThat(Rows.of(tuned, """
                                        SELECT layer, list(expert ORDER BY pooled_before, expert) AS experts
                                        FROM esft_scores WHERE scope = 'prompt' AND pooled_before < 0.2
                                        GROUP BY layer ORDER BY layer
                                        """).rows())
                        .hasSize(26)
                        .isEqualTo(Rows.of(released, """
                                        SELECT CAST(entry.key AS SMALLINT) AS layer, entry.value AS experts
                                        FROM (
                                            SELECT unnest(map_entries(CAST(experts AS MAP(VARCHAR, SMALLINT[])))) AS entry
                                            FROM read_json('%s/expert_config.json', columns = {experts: 'JSON'})
                                        ) ORDER BY 1
                                        """.formatted(folder)).rows());
                assertThat(Rows.of(tuned, """
                                        SELECT token_share_pooled, gate_mean_pooled FROM esft_scores
                                        WHERE scope = 'prompt' AND layer = 1 AND expert = 35
                                        """).rows().get(0))
                        .satisfiesExactly(
                                share -> assertThat((double) share).isEqualTo(0.0811, within(5e-5)),
                                mean -> assertThat((double) mean).isEqualTo(0.0415, within(5e-5)));
            }
        }
    }

    private static double number(List<@Nullable Object> row) {
        return ((Number) row.get(1)).doubleValue();
    }

    private List<List<@Nullable Object>> rows(String sql) {
        return Rows.of(engine, sql).rows();
    }
}
