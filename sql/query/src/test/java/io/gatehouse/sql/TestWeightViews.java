package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.testing.store.HandMadeRouting;
import io.gatehouse.testing.store.RoutingFile;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.stat.correlation.PearsonsCorrelation;
import org.hipparchus.stat.correlation.SpearmansCorrelation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The views of what the weights of experts say, and of the norms of their outputs. */
final class TestWeightViews {
    /**
     * Three experts of layer 0. Gate projections of norm 3, 3 and 0, down projections of norm 4, 4 and 5, and no up
     * projections. The first two have the same gate projection and opposite down projections; the third stands at right
     * angles to both.
     */
    private static final String WEIGHTS = """
            INSERT INTO expert_weights VALUES ('f', 0, 0, 1, 3, 0, 4), ('f', 0, 1, 2, 3, 0, 4), ('f', 0, 2, 3, 0, 0, 5);
            INSERT INTO expert_weight_pairs VALUES
                ('f', 0, 0, 1, 0.5, 1, NULL, -1), ('f', 0, 0, 2, 0.25, NULL, NULL, 0), ('f', 0, 1, 2, -0.25, NULL, NULL, 0);
            """;

    /** Two tokens, two of three experts: 0 1, then 0 2; norms 2 4, then 8 6. */
    private static RoutingFile file() throws Exception {
        return new HandMadeRouting()
                .run(1, "r", 1, 3, 2, "prompt")
                .question(1, 1, "s", true, "0:.5 1:.25", "0:.25 2:.125")
                .and("INSERT INTO expert_norms VALUES (1, 1, 0, 0, [2, 4]), (1, 1, 1, 0, [8, 6]);")
                .and(WEIGHTS)
                .file();
    }

    @Test
    @ByHand("expert_similarity")
    void weightsOfAnExpertAreItsProjectionsTogether() throws Exception {
        try (RoutingFile file = file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(engine, """
                    SELECT expert, other_expert, n, weight_cosine, distance, relative_distance, up_proj_cosine
                    FROM expert_similarity WHERE layer = 0 ORDER BY expert, other_expert
                    """);
            // <W0, W1> = 9 - 16 = -7 of 25 each: 25 + 25 + 14 = 8^2.
            assertThat(rows.get(0)).startsWith(0, 1, 3, -7.0 / 25, 8.0).endsWith((Object) null);
            assertThat((double) rows.get(0).get(5)).isEqualTo(8 / Math.sqrt(50), within(1e-15));
            // At right angles: 25 + 25.
            assertThat(rows.get(1)).startsWith(0, 2, 3, 0.0, Math.sqrt(50), 1.0);
            assertThat(rows).hasSize(6);
            assertThat(rows.get(2).subList(2, 6)).isEqualTo(rows.get(0).subList(2, 6));
            assertThat(rows(engine, "SELECT DISTINCT run_id, expert, router_norm FROM model_experts ORDER BY expert"))
                    .containsExactly(List.of(1, 0, 1.0), List.of(1, 1, 2.0), List.of(1, 2, 3.0));
        }
    }

    /** Mean of 8, the root of 50 and the root of 50. At the last token experts 0 and 2 fire. */
    @Test
    @ByHand("layer_redundancy")
    void layersAreAsRedundantAsTheirExpertsAreNear() throws Exception {
        try (RoutingFile file = file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(engine, """
                    SELECT scope, n, experts, unused, mean_distance, mean_relative_distance, mean_cosine, effective_experts
                    FROM layer_redundancy ORDER BY scope
                    """);
            assertThat(rows.get(0)).startsWith("last_prompt", 3L, 3L, 1L);
            assertThat(rows.get(1)).startsWith("prompt", 3L, 3L, 0L);
            for (List<@Nullable Object> row : rows) {
                assertThat((double) row.get(4)).isEqualTo((8 + 2 * Math.sqrt(50)) / 3, within(1e-11));
                assertThat((double) row.get(5)).isEqualTo((8 / Math.sqrt(50) + 2) / 3, within(1e-11));
                assertThat((double) row.get(6)).isEqualTo(-7.0 / 75, within(1e-11));
            }
            assertThat((double) rows.get(0).get(7)).isEqualTo(2.0, within(1e-11));
        }
    }

    /**
     * Cosines of down projections -1 0 0 against 1/2 1/4 -1/4 of the router: their distances from the means multiply to
     * -1/3, those of each squared are 2/3 and 7/24.
     */
    @Test
    @ByHand("router_weight_agreement")
    void agreementOfRouterAndWeightsIsPearsons() throws Exception {
        try (RoutingFile file = file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows =
                    rows(engine, "SELECT matrix, n, r, r_squared FROM router_weight_agreement ORDER BY matrix");
            double r = -2 / Math.sqrt(7);
            assertThat(rows)
                    .as("one pair has gate projections, none has up projections")
                    .hasSize(3)
                    .contains(Arrays.asList("gate_proj", 1L, null, null));
            assertThat(rows.get(0)).startsWith("down_proj", 3L);
            assertThat((double) rows.get(0).get(2)).isEqualTo(r, within(1e-11));
            assertThat((double) rows.get(0).get(3)).isEqualTo(r * r, within(1e-11));
        }
        try (RoutingFile file = RoutingFile.comparable();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> pairs = rows(engine, """
                    SELECT router_cosine, weight_cosine FROM expert_similarity
                    WHERE run_id = 1 AND layer = 1 AND expert < other_expert
                    """);
            List<List<@Nullable Object>> row = rows(engine, """
                    SELECT n, r FROM router_weight_agreement WHERE run_id = 1 AND layer = 1 AND matrix = 'weights'
                    """);
            assertThat(row.get(0).get(0)).isEqualTo(28L);
            assertThat((double) row.get(0).get(1))
                    .isEqualTo(
                            new PearsonsCorrelation().correlation(column(pairs, 0), column(pairs, 1)), within(1e-11));
        }
    }

    /**
     * Mean weights over two tokens .375, .125 and .0625. Nearest are 0 to 1, 1 to 0 and 2 to 0: squares .0625, .0625 and
     * .09765625 over 6 are .037109375; the mean is .1875, the squares from it .03515625, .00390625 and .015625 over 2.
     */
    @Test
    @ByHand("cluster_variance")
    void neighboursVaryAsTheirSharesOfTheGate() throws Exception {
        try (RoutingFile file = file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<@Nullable Object> row = rows(engine, """
                            SELECT n, mean_router_cosine, within_variance, variance, ratio
                            FROM cluster_variance WHERE scope = 'prompt'
                            """).get(0);
            assertThat(row).startsWith(3L, 0.416666666667);
            assertThat((double) row.get(2)).isEqualTo(0.037109375, within(1e-11));
            assertThat((double) row.get(3)).isEqualTo(0.02734375, within(1e-11));
            assertThat((double) row.get(4)).isEqualTo(0.037109375 / 0.02734375, within(1e-11));
        }
        try (RoutingFile file = RoutingFile.comparable();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, "SELECT count(*) > 5, min(ratio) >= 0 FROM cluster_variance"))
                    .containsExactly(List.of(true, true));
            assertThat(rows(engine, "SELECT DISTINCT n FROM cluster_variance ORDER BY n"))
                    .as("expert 7 of the last layer has no gate embedding")
                    .containsExactly(List.of(7L), List.of(8L));
        }
    }

    /**
     * Frequencies 1, 1/2, 1/2 over both tokens against norms 1, 2, 3 of the router: ranks 3 1.5 1.5 against 1 2 3, whose
     * distances from 2 multiply to -1.5; those of each squared are 1.5 and 2.
     */
    @Test
    @ByHand("weight_norm_agreement")
    void agreementOfNormsAndRoutingIsSpearmans() throws Exception {
        try (RoutingFile file = file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(engine, """
                    SELECT norm, statistic, n, spearman FROM weight_norm_agreement
                    WHERE scope = 'prompt' AND statistic = 'frequency' ORDER BY norm
                    """);
            assertThat(rows).hasSize(5);
            assertThat(rows.get(2)).startsWith("router_norm", "frequency", 3L);
            assertThat((double) rows.get(2).get(3))
                    .isEqualTo(-Math.sqrt(3) / 2, within(1e-11))
                    .isEqualTo(
                            new SpearmansCorrelation().correlation(new double[] {1, 0.5, 0.5}, new double[] {1, 2, 3}),
                            within(1e-11));
            assertThat(rows.get(3))
                    .as("there are no up projections")
                    .isEqualTo(Arrays.asList("up_proj_norm", "frequency", 3L, null));
            assertThat(rows.get(4))
                    .as("all experts have weights of norm 5")
                    .isEqualTo(Arrays.asList("weight_norm", "frequency", 3L, null));
        }
    }

    /** The first token's norms stand in the other order than its weights, the second's in the same. */
    @Test
    @ByHand({"norm_gate_ranks", "norm_gate_agreement"})
    void ranksAreCountedWithinDecisions() throws Exception {
        try (RoutingFile file = file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, """
                            SELECT scope, gate_rank, norm_rank, n, together, share, chance FROM norm_gate_ranks
                            ORDER BY scope, gate_rank, norm_rank
                            """))
                    .containsExactly(
                            List.of("last_prompt", 1, 1, 1L, 1L, 1.0, 0.5),
                            List.of("last_prompt", 2, 2, 1L, 1L, 1.0, 0.5),
                            List.of("prompt", 1, 1, 2L, 1L, 0.5, 0.5),
                            List.of("prompt", 1, 2, 2L, 1L, 0.5, 0.5),
                            List.of("prompt", 2, 1, 2L, 1L, 0.5, 0.5),
                            List.of("prompt", 2, 2, 2L, 1L, 0.5, 0.5));
            assertThat(rows(engine, """
                            SELECT scope, n, spearman, top_1_agreement, chance FROM norm_gate_agreement ORDER BY scope
                            """))
                    .containsExactly(List.of("last_prompt", 1L, 1.0, 1.0, 0.5), List.of("prompt", 2L, 0.0, 0.5, 0.5));
        }
    }

    /** Three experts: norms 1 3 2 and 9 5 1 against ranks 1 2 3. */
    @Test
    void meanAgreementIsTheMeanOfSpearmans() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 1, 4, 3, "prompt")
                        .question(1, 1, "s", true, "3:.5 1:.25 0:.125", "2:.5 1:.25 3:.125")
                        .and("INSERT INTO expert_norms VALUES (1, 1, 0, 0, [1, 3, 2]), (1, 1, 1, 0, [9, 5, 1]);")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            SpearmansCorrelation spearman = new SpearmansCorrelation();
            double[] byGate = {3, 2, 1};
            double first = spearman.correlation(byGate, new double[] {1, 3, 2});
            double second = spearman.correlation(byGate, new double[] {9, 5, 1});
            assertThat((double) rows(engine, "SELECT spearman FROM norm_gate_agreement WHERE scope = 'prompt'")
                            .get(0)
                            .get(0))
                    .isEqualTo((first + second) / 2, within(1e-11));
        }
    }

    private static double[] column(List<List<@Nullable Object>> rows, int column) {
        return rows.stream().mapToDouble(row -> (double) row.get(column)).toArray();
    }

    private static List<List<@Nullable Object>> rows(QueryEngine engine, String sql) {
        return Rows.of(engine, sql).rows();
    }
}
