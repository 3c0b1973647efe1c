package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.testing.SharedData;
import io.gatehouse.testing.store.RoutingFile;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Views on routing that others recorded, against the numbers that they published: the trace of justinchuby/onnx-genai,
 * commit ac9c7dd0, the translation task of deepseek-ai/ESFT, commit 579a771, and the traces of Helldez/BigMoeOnEdge, commit
 * 2d4f2b1.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestPublishedTraces {
    private RoutingFile file;
    private QueryEngine engine;

    @BeforeAll
    void open() throws Exception {
        String trace = SharedData.path("reference/traces/granite/moe_expert_trace.json")
                .toString();
        file = RoutingFile.empty();
        file.executeImport(RoutingFile.resource("/sql/granite.data.sql").replace("$file", trace));
        engine = new QueryEngine(file::reader);
    }

    @AfterAll
    void close() throws Exception {
        if (engine != null) {
            engine.close();
            file.close();
        }
    }

    /** Of prose, code and mathematics; of two tokens it is 2 - reuse. */
    @Test
    void distinctExpertsOfNeighbours() {
        assertThat(rows("""
                        SELECT run_id, list(round(over_k, 4) ORDER BY tokens)
                        FROM (
                            SELECT run_id, tokens, avg(over_k) AS over_k FROM working_set
                            WHERE scope = 'generated' AND tokens_from = 'window' AND tokens IN (2, 4, 8) AND run_id BETWEEN 2 AND 4
                            GROUP BY run_id, tokens
                        )
                        GROUP BY run_id ORDER BY run_id
                        """))
                .containsExactly(
                        List.of(2, List.of(1.5289, 2.2451, 2.9355)),
                        List.of(3, List.of(1.6413, 2.1321, 2.5709)),
                        List.of(4, List.of(1.5534, 2.2901, 2.9921)));
    }

    /** Published as the misses 6590, 7949 and 6886 of a cache of 8 experts of each layer. */
    @Test
    void expertsOfTheStepBefore() {
        assertThat(rows("""
                        SELECT run_id, round(avg(reuse), 7), CAST(round(sum((1 - reuse) * n * 8)) AS BIGINT) + 24 * 8
                        FROM expert_reuse WHERE scope = 'generated' AND lag = 1 AND run_id BETWEEN 2 AND 4
                        GROUP BY run_id ORDER BY run_id
                        """))
                .containsExactly(
                        List.of(2, 0.4710648, 6590L), List.of(3, 0.3587136, 7949L), List.of(4, 0.4465939, 6886L));
    }

    /** Those that every step of all prompts uses; the published ones are expert 8 of layer 1 and 26 of layer 2. */
    @Test
    void expertsThatAreAlwaysOn() {
        assertThat(rows("""
                        SELECT layer, expert FROM activations
                        WHERE run_id = 1 AND phase = 'generated'
                        GROUP BY layer, expert
                        HAVING count(*) = 3 * 64
                        ORDER BY layer, expert
                        """))
                .containsExactly(List.of(1, 8), List.of(1, 13), List.of(1, 19), List.of(2, 24), List.of(2, 26));
    }

    /** The published curve, of the three prompts together. */
    @Test
    void shareOfTheBusiest() {
        assertThat(
                        rows(
                                "SELECT part, share FROM load_concentration WHERE run_id = 1 AND scope = 'generated' AND part >= 0.1 ORDER BY part"))
                .containsExactly(
                        List.of(0.1, 0.22892252604166666),
                        List.of(0.125, 0.2706163194444444),
                        List.of(0.25, 0.456298828125),
                        List.of(0.5, 0.7441134982638888),
                        List.of(0.75, 0.9266493055555556),
                        List.of(0.9, 0.9860297309027778),
                        List.of(1.0, 1.0));
        // The same of layers 0 and 1.
        assertThat(
                        rows(
                                "SELECT layer, top25_share FROM layer_load WHERE run_id = 1 AND scope = 'generated' AND layer < 2 ORDER BY layer"))
                .containsExactly(List.of(0, 0.3893229166666667), List.of(1, 0.62890625));
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

    /**
     * The published misses of a cache of some experts of all layers, of prose, code and mathematics: least recently used, the
     * optimum, least frequently used and the busiest experts of the prompt itself.
     */
    @ParameterizedTest
    @CsvSource({
        "2, 192, 6590, 4547, 7595, 6648",
        "2, 384, 4459, 1978, 3951, 3051",
        "2, 576, 1700, 938, 1534, 766",
        "3, 77, 12288, 8438, 9864, 8864",
        "3, 192, 7949, 4724, 6954, 5546",
        "3, 384, 3221, 1367, 2491, 1808",
        "4, 192, 6886, 4876, 7345, 6303",
        "4, 384, 4800, 2107, 3671, 2728",
        "4, 691, 759, 723, 754, 35"
    })
    void cachesOfTheModel(int run, int slots, long lru, long belady, long lfu, long fixed) {
        assertThat(missesOf(run, "model", "lru", slots)).isEqualTo(lru);
        assertThat(missesOf(run, "model", "belady", slots)).isEqualTo(belady);
        assertThat(missesOf(run, "model", "lfu", slots)).isEqualTo(lfu);
        assertThat(missesOf(run, "model", "static", slots)).isEqualTo(fixed);
    }

    /** The published share of misses of a set chosen on the two other prompts, which are .07 to .13 more than of its own. */
    @ParameterizedTest
    @CsvSource({
        "2, 192, 0.6446940104166666", "3, 192, 0.5681966145833334", "4, 192, 0.5857747395833334",
        "2, 384, 0.367431640625", "3, 384, 0.27685546875", "4, 384, 0.3052571614583333"
    })
    void cachesOfTheOtherPrompts(int run, int slots, double share) {
        double others = (Long) missesOf(run, "model", "static", slots, run + 3);
        double own = (Long) missesOf(run, "model", "static", slots, run);
        assertThat(others / (64 * 24 * 8)).isEqualTo(share);
        assertThat((others - own) / (64 * 24 * 8)).isBetween(0.07, 0.13);
    }

    @Test
    void tokensOfThePrompts() {
        assertThat(rows("""
                        SELECT run_id, count(DISTINCT "position") FILTER (WHERE phase = 'prompt'),
                            count(DISTINCT "position") FILTER (WHERE phase = 'generated')
                        FROM token_routing WHERE run_id BETWEEN 2 AND 4 GROUP BY run_id ORDER BY run_id
                        """)).containsExactly(List.of(2, 39L, 64L), List.of(3, 44L, 64L), List.of(4, 29L, 64L));
    }

    /** The misses where each expert may displace one of the same token. */
    @Test
    void cacheOfSingleRequests() {
        assertThat(missesOf(2, "model", "lru_single", 192)).isEqualTo(7906L);
    }

    /** The published misses of a cache of as many experts of each layer. */
    @ParameterizedTest
    @CsvSource({
        "2, 3, 10613, 8708",
        "2, 8, 6590, 6590",
        "2, 16, 3831, 2393",
        "2, 24, 1619, 1053",
        "3, 16, 2573, 1689",
        "4, 16, 4068, 2546"
    })
    void cachesOfLayers(int run, int slots, long lru, long belady) {
        assertThat(missesOf(run, "layer", "lru", slots)).isEqualTo(lru);
        assertThat(missesOf(run, "layer", "belady", slots)).isEqualTo(belady);
    }

    private Object missesOf(int run, String cache, String policy, int slots) {
        return missesOf(run, cache, policy, slots, run);
    }

    private Object missesOf(int run, String cache, String policy, int slots, int fitted) {
        return requireNonNull(
                rows("SELECT CAST(sum(n - hits) AS BIGINT) FROM expert_cache(%d, 'generated', '%s', '%s', %d) WHERE slots = %d"
                                .formatted(run, cache, policy, fitted, slots))
                        .get(0)
                        .get(0));
    }

    /** The experts that the authors of ESFT released for p = 0.2, in their order, and the scores beside them. */
    @Test
    void expertsThatEsftTunes() throws Exception {
        String folder = SharedData.path("reference/traces/esft").toString();
        try (RoutingFile esft = RoutingFile.empty()) {
            esft.execute(RoutingFile.resource("/sql/esft.data.sql").replace("$folder", folder));
            try (Connection released = esft.reader();
                    QueryEngine tuned = new QueryEngine(esft::reader)) {
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
                // By the mean of the shares of sequences, as in the paper, the set is the same in 24 layers.
                assertThat(Rows.of(tuned, """
                                        SELECT layer, list(expert ORDER BY expert) AS experts
                                        FROM esft_scores WHERE scope = 'prompt' AND tokens_before < 0.2
                                        GROUP BY layer ORDER BY layer
                                        """).rows())
                        .filteredOn(Rows.of(tuned, """
                                        SELECT layer, list(expert ORDER BY expert) AS experts
                                        FROM esft_scores WHERE scope = 'prompt' AND pooled_before < 0.2
                                        GROUP BY layer
                                        """).rows()::contains)
                        .hasSize(24);
                assertThat(Rows.of(tuned, """
                                        SELECT count(*), count(DISTINCT question_id) FROM token_routing WHERE layer = 1
                                        """).rows()).containsExactly(List.of(8_251L, 40L));
                // Both scores of each expert, which are published with four places.
                List<List<@Nullable Object>> scores = Rows.of(tuned, """
                                SELECT e.layer, e.expert, e.token_share_pooled, e.gate_mean_pooled, p.gate_mass
                                FROM esft_scores AS e
                                JOIN pruning_criteria AS p USING (run_id, scope, layer, expert)
                                WHERE e.scope = 'prompt' ORDER BY e.layer, e.expert
                                """).rows();
                List<List<@Nullable Object>> published =
                        Rows.of(released, """
                                SELECT CAST(token.key AS SMALLINT), CAST(unnest(range(64)) AS SMALLINT),
                                    unnest(map_values(token.value)), unnest(map_values(gate.value)),
                                    unnest(map_values(gate.value))
                                FROM (
                                    SELECT unnest(map_entries(token_scores)) AS token, unnest(map_entries(gate_scores)) AS gate
                                    FROM read_json('%s/summary.json', columns = {
                                        token_scores: 'MAP(VARCHAR, MAP(VARCHAR, DOUBLE))',
                                        gate_scores: 'MAP(VARCHAR, MAP(VARCHAR, DOUBLE))'})
                                ) ORDER BY 1, 2
                                """.formatted(folder)).rows();
                assertThat(scores).hasSize(26 * 64).hasSameSizeAs(published);
                for (int expert = 0; expert < scores.size(); expert++) {
                    assertThat(scores.get(expert).subList(0, 2))
                            .isEqualTo(published.get(expert).subList(0, 2));
                    for (int score = 2; score < 5; score++) {
                        assertThat((Double) scores.get(expert).get(score))
                                .as("score %d of expert %d", score, expert)
                                .isEqualTo((Double) published.get(expert).get(score), within(5.05e-5));
                    }
                }
            }
        }
    }

    /**
     * Of the tokens that phones sampled: the share of the experts of the token before, distinct experts of four tokens over k,
     * the share of the k busiest experts of each layer, and the mean, least and largest number of experts of a layer that
     * were used. The last four numbers are published of Qwen3; those of the others were counted from the files.
     */
    @ParameterizedTest
    @CsvSource({
        "gptoss, 2, 0.1788, 3.084, 0.2663, 35.9, 19, 64",
        "qwen, 6, 0.3795, 2.594, 0.3753, 63.7, 33, 107",
        "gemma, 6, 0.3571, 2.617, 0.3952, 66.9, 52, 97"
    })
    void expertsOfPhones(
            String model, int k, double reuse, double overK, double busiest, double mean, long least, long most)
            throws Exception {
        try (RoutingFile phone = phone(model, k);
                QueryEngine recorded = new QueryEngine(phone::reader)) {
            assertThat(Rows.of(recorded, """
                                    SELECT round(avg(reuse), 4) FROM expert_reuse WHERE scope = 'generated' AND lag = 1
                                    """).rows()).containsExactly(List.of(reuse));
            assertThat(Rows.of(recorded, """
                                    SELECT round(avg(over_k), 3) FROM working_set
                                    WHERE scope = 'generated' AND tokens_from = 'window' AND tokens = 4
                                    """).rows()).containsExactly(List.of(overK));
            assertThat(Rows.of(recorded, """
                                    SELECT round(sum(share) / count(DISTINCT layer), 4) FROM top_experts(1, 'generated', %d)
                                    """.formatted(k)).rows()).containsExactly(List.of(busiest));
            assertThat(Rows.of(recorded, """
                                    SELECT round(avg(experts), 1), min(experts), max(experts)
                                    FROM (
                                        SELECT layer, count(DISTINCT expert) AS experts FROM activations
                                        WHERE phase = 'generated' GROUP BY layer
                                    )
                                    """).rows()).containsExactly(List.of(mean, least, most));
        }
    }

    /**
     * Tokens of the prompt, generated ones and activations. In the last layer of two of the models the prompt has one token,
     * the last one.
     */
    @ParameterizedTest
    @CsvSource({"gptoss, 2, 36, 85, 64, 10560, 84", "qwen, 6, 48, 28, 128, 44766, 27", "gemma, 6, 30, 29, 128, 28260, 0"
    })
    void tokensOfPhones(String model, int k, long layers, long prompt, long generated, long activations, int first)
            throws Exception {
        try (RoutingFile phone = phone(model, k);
                QueryEngine recorded = new QueryEngine(phone::reader)) {
            assertThat(Rows.of(recorded, """
                                    SELECT count(DISTINCT layer), count(DISTINCT "position") FILTER (WHERE phase = 'prompt'),
                                        count(DISTINCT "position") FILTER (WHERE phase = 'generated'), sum(len(experts)),
                                        min(len(experts)), max(len(experts))
                                    FROM token_routing
                                    """).rows())
                    .extracting(row -> row.stream()
                            .map(each -> ((Number) each).longValue())
                            .toList())
                    .containsExactly(List.of(layers, prompt, generated, activations, (long) k, (long) k));
            assertThat(Rows.of(recorded, """
                                    SELECT DISTINCT "position" FROM token_routing
                                    WHERE phase = 'prompt' AND layer = (SELECT max(layer) FROM token_routing)
                                    ORDER BY "position"
                                    """).rows())
                    .hasSize((int) prompt - first)
                    .startsWith(List.of(first))
                    .endsWith(List.of((int) prompt - 1));
        }
    }

    /**
     * The published table of predictors in per cent: the experts of the token before; the busiest of the answer, at tokens that
     * have one before; the busiest of the prompt, of equal ones the first; and chance.
     */
    @ParameterizedTest
    @CsvSource({"qwen, 6, 38.0, 37.6, 17.9, 4.7", "gemma, 6, 35.7, 39.6, 26.8, 4.7", "gptoss, 2, 17.9, 26.7, 8.2, 1.6"})
    void predictorsOfPhones(String model, int k, double previous, double busiest, double ofPrompt, double chance)
            throws Exception {
        try (RoutingFile phone = phone(model, k);
                QueryEngine recorded = new QueryEngine(phone::reader)) {
            assertThat(Rows.of(recorded, """
                                    SELECT round(100 * sum(reuse * n) / sum(n), 1), round(100 * max(chance), 1)
                                    FROM expert_reuse WHERE scope = 'generated' AND lag = 1
                                    """).rows()).containsExactly(List.of(previous, chance));
            String found = """
                    WITH uses AS (
                        SELECT layer, phase, "position", expert, "position" * 8 + rank AS place FROM activations
                    ),
                    hot AS (
                        SELECT layer, expert FROM uses WHERE phase = '%s'
                        GROUP BY layer, expert
                        QUALIFY row_number() OVER (PARTITION BY layer ORDER BY count(*) DESC, min(place)) <= %d
                    )
                    SELECT round(100 * count(h.expert) / count(*), 1)
                    FROM uses AS u
                    LEFT JOIN hot AS h ON h.layer = u.layer AND h.expert = u.expert
                    WHERE u.phase = 'generated' AND u."position" >= (SELECT min("position") FROM uses WHERE phase = 'generated') + %d
                    """;
            assertThat(Rows.of(recorded, found.formatted("generated", k, 1)).rows())
                    .containsExactly(List.of(busiest));
            assertThat(Rows.of(recorded, found.formatted("prompt", k, 0)).rows())
                    .containsExactly(List.of(ofPrompt));
        }
    }

    /** The published curves: hits in per cent of prompt and answer together and of the answer, and what is read in MiB. */
    @ParameterizedTest
    @CsvSource({"qwen, 6", "gemma, 6", "gptoss, 2"})
    void cachesInBytes(String model, int k) throws Exception {
        List<String> published =
                Files.readAllLines(SharedData.path("reference/traces/bigmoe/%s-curve.csv".formatted(model))).stream()
                        .skip(1)
                        .filter(line -> !line.contains(",random,"))
                        .toList();
        List<String> curve = new ArrayList<>();
        try (RoutingFile phone = phone(model, k);
                QueryEngine recorded = new QueryEngine(phone::reader)) {
            for (String line : published) {
                String[] cells = line.split(",", -1);
                boolean ofLayers = cells[1].startsWith("layer");
                String policy = cells[1].equals("layer") ? "lru" : cells[1].replace("layer", "");
                List<@Nullable Object> found = Rows.of(recorded, """
                                SELECT 100 * sum(hits) / sum(n), 100 * max(hit_rate) FILTER (WHERE phase = 'generated'),
                                    sum(read_gb) * 1e9 / 1048576
                                FROM expert_cache_in_bytes(1, %s, '%s', '%s')
                                """.formatted(
                                        Integer.parseInt(cells[0]) * 1.048576, ofLayers ? "layer" : "model", policy))
                        .rows()
                        .get(0);
                curve.add("%s,%s,%s,%s,%s"
                        .formatted(
                                cells[0],
                                cells[1],
                                digits(found.get(0), 3),
                                digits(found.get(1), 3),
                                digits(found.get(2), 1)));
            }
        }
        assertThat(curve).isEqualTo(published).hasSize(55);
    }

    /** Of the reads of experts that a cache of 4,000 MiB lacks and of the weights, in per cent; published with as many digits. */
    @ParameterizedTest
    @CsvSource({"qwen, 6, 66, 9.5", "gemma, 6, 67, 8.2"})
    void missesOfLittleWeight(String model, int k, double saved, double lost) throws Exception {
        try (RoutingFile phone = phone(model, k);
                QueryEngine recorded = new QueryEngine(phone::reader)) {
            assertThat(Rows.of(
                                    recorded,
                                    "SELECT round(100 * reads_saved), round(100 * weight_lost, 1) FROM dropped_misses(1, 4194.304, 1)")
                            .rows())
                    .containsExactly(List.of(saved, lost));
        }
    }

    private static String digits(@Nullable Object number, int places) {
        return new BigDecimal(String.valueOf(number))
                .setScale(places, RoundingMode.HALF_EVEN)
                .toPlainString();
    }

    private static RoutingFile phone(String model, int k) throws Exception {
        RoutingFile phone = RoutingFile.empty();
        phone.executeImport(RoutingFile.resource("/sql/bigmoe.data.sql")
                .replace(
                        "$file",
                        SharedData.path("reference/traces/bigmoe/%s.route.csv.gz".formatted(model))
                                .toString())
                .replace("$k", String.valueOf(k)));
        return phone;
    }

    private static double number(List<@Nullable Object> row) {
        return ((Number) row.get(1)).doubleValue();
    }

    private List<List<@Nullable Object>> rows(String sql) {
        return Rows.of(engine, sql).rows();
    }
}
