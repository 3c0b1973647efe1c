package io.gatehouse.sql;

import static java.util.Collections.nCopies;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.testing.store.HandMadeRouting;
import io.gatehouse.testing.store.RoutingFile;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.hipparchus.distribution.discrete.HypergeometricDistribution;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The views about how much experts are used, on a routing made by hand: one layer of four experts, two of them chosen,
 * three questions of two tokens each; questions 1 and 2 are of subject s, 3 is of t.
 *
 * <pre>
 * question   token 0   token 1, the last
 *        1   0 1       0 2
 *        2   0 2       0 2
 *        3   3 0       2 1
 * </pre>
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestUsageViews {
    private RoutingFile hand;
    private QueryEngine byHand;
    private RoutingFile filled;
    private QueryEngine engine;

    @BeforeAll
    void open() throws Exception {
        hand = new HandMadeRouting()
                .run(1, "r", 1, 4, 2, "prompt")
                .question(1, 1, "s", true, "0:.5 1:.25", "0:.5 2:.25")
                .question(1, 2, "s", true, "0:.5 2:.25", "0:.5 2:.25")
                .question(1, 3, "t", false, "3:.5 0:.25", "2:.5 1:.25")
                .file();
        byHand = new QueryEngine(hand::reader);
        filled = RoutingFile.filled();
        engine = new QueryEngine(filled::reader);
    }

    @AfterAll
    void close() throws Exception {
        byHand.close();
        hand.close();
        engine.close();
        filled.close();
    }

    /** Experts fire in 2, 1, 3 and 0 of the 3 last tokens. One question leaves 1/3 + 2/3 + 0 + 1 of them unused. */
    @Test
    @ByHand("unused_rarefaction")
    void fewerQuestionsLeaveMoreUnused() {
        List<List<@Nullable Object>> rows = rows(byHand, """
                SELECT questions, experts, n, unused, unused_share, uniform_unused FROM unused_rarefaction
                WHERE scope = 'last_prompt' ORDER BY questions
                """);
        assertThat(rows).hasSize(3);
        // Of two questions expert 1 is in neither in one case of three.
        assertNumbers(rows.get(0).subList(3, 6), 2, 0.5, 2);
        assertNumbers(rows.get(1).subList(3, 6), 1 + 1.0 / 3, 1.0 / 3, 1);
        assertNumbers(rows.get(2).subList(3, 6), 1, 0.25, 0.5);
        assertThat(rows.get(2)).startsWith(3L, 4L, 3L);
    }

    @Test
    void rarefactionIsHypergeometricAndEndsAtTheRun() {
        List<List<@Nullable Object>> rows = rows(engine, """
                SELECT run_id, scope, layer, questions, n, unused FROM unused_rarefaction ORDER BY 1, 2, 3, 4
                """);
        assertThat(rows).hasSizeGreaterThan(20);
        for (List<@Nullable Object> row : rows) {
            int questions = ((Number) row.get(3)).intValue();
            int n = ((Number) row.get(4)).intValue();
            double expected = rows(engine, """
                            SELECT n FROM expert_accuracy WHERE run_id = %s AND scope = '%s' AND layer = %s
                            """.formatted(row.get(0), row.get(1), row.get(2))).stream()
                    .mapToDouble(
                            expert -> new HypergeometricDistribution(n, ((Number) expert.get(0)).intValue(), questions)
                                    .probability(0))
                    .sum();
            assertThat((double) row.get(5)).isEqualTo(expected, within(1e-9));
        }
        assertThat(rows(engine, """
                        SELECT r.unused, u.unused FROM unused_rarefaction AS r
                        JOIN unused_experts AS u ON u.run_id = r.run_id AND u.scope = r.scope AND u.layer = r.layer
                        WHERE r.questions = r.n AND abs(r.unused - u.unused) > 1e-9
                        """)).isEmpty();
    }

    /** All tokens: loads 5, 2, 4 and 1; sorted 1 2 4 5, mean 3. */
    @Test
    @ByHand("layer_load")
    void loadsAreUneven() {
        List<List<@Nullable Object>> rows = rows(byHand, """
                SELECT experts, n, balancedness, max_violation, gini, cv, effective_experts, busiest_share, uniform_share,
                    top25_share, top50_share, top10_share
                FROM layer_load WHERE scope = 'prompt'
                """);
        assertThat(rows).hasSize(1);
        assertThat(rows.get(0)).startsWith(4L, 6L);
        double entropy = -(plogp(1) + plogp(2) + plogp(4) + plogp(5));
        assertNumbers(
                rows.get(0).subList(2, 11),
                0.6,
                2.0 / 3,
                2 * (1 + 2 * 2 + 3 * 4 + 4 * 5) / (4 * 12.0) - 5.0 / 4,
                Math.sqrt((4 + 1 + 1 + 4) / 4.0) / 3,
                Math.exp(entropy),
                5.0 / 6,
                0.5,
                5.0 / 12,
                9.0 / 12);
        assertThat(rows.get(0).get(11)).as("a tenth of four experts").isNull();
    }

    /** Loads 5, 4, 2 and 1: an eighth of four experts is one of them, at least; a tenth is, too, and nine tenths are all. */
    @Test
    @ByHand("load_concentration")
    void theBusiestTakeMost() {
        assertThat(rows(byHand, """
                        SELECT part, keys, experts, n, share FROM load_concentration
                        WHERE scope = 'prompt' AND part >= 0.1 ORDER BY part
                        """))
                .containsExactly(
                        List.of(0.1, 1L, 4L, 12L, 5 / 12.0),
                        List.of(0.125, 1L, 4L, 12L, 5 / 12.0),
                        List.of(0.25, 1L, 4L, 12L, 5 / 12.0),
                        List.of(0.5, 2L, 4L, 12L, 9 / 12.0),
                        List.of(0.75, 3L, 4L, 12L, 11 / 12.0),
                        List.of(0.9, 4L, 4L, 12L, 1.0),
                        List.of(1.0, 4L, 4L, 12L, 1.0));
    }

    /** One of three experts is chosen, at 33, 32 and 31 of 96 tokens. */
    @Test
    @ByHand("calibration_coverage")
    void calibrationReachesExpertsWithTheMinimum() throws Exception {
        String[] tokens = Stream.of(nCopies(33, "0:.5"), nCopies(32, "1:.5"), nCopies(31, "2:.5"))
                .flatMap(List::stream)
                .toArray(String[]::new);
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 1, 3, 1, "prompt")
                        .question(1, 1, "s", true, tokens)
                        .file();
                QueryEngine calibration = new QueryEngine(file::reader)) {
            String sql = """
                    SELECT minimum, experts, below, below_share, fewest, tokens_needed, n
                    FROM calibration_coverage WHERE scope = '%s' ORDER BY minimum
                    """;
            // 32 * 96 / 31 = 99.1, 64 * 96 / 31 = 198.2, 128 * 96 / 31 = 396.4, 256 * 96 / 31 = 792.8, 2048 * 96 / 31 =
            // 6342.2.
            assertThat(rows(calibration, sql.formatted("prompt")))
                    .containsExactly(
                            List.of(1, 3L, 0L, 0.0, 31L, 4L, 96L),
                            List.of(32, 3L, 1L, 1.0 / 3, 31L, 100L, 96L),
                            List.of(64, 3L, 3L, 1.0, 31L, 199L, 96L),
                            List.of(128, 3L, 3L, 1.0, 31L, 397L, 96L),
                            List.of(256, 3L, 3L, 1.0, 31L, 793L, 96L),
                            List.of(512, 3L, 3L, 1.0, 31L, 1586L, 96L),
                            List.of(1024, 3L, 3L, 1.0, 31L, 3172L, 96L),
                            List.of(2048, 3L, 3L, 1.0, 31L, 6343L, 96L));
            // The last token goes to the third expert.
            assertThat(rows(calibration, sql.formatted("last_prompt") + " LIMIT 1"))
                    .containsExactly(Arrays.asList(1, 3L, 2L, 2.0 / 3, 0L, null, 1L));
        }
    }

    /**
     * The questions load the experts with 2 1 1 0, 2 0 2 0 and 1 1 1 1. In batches of one question the mean load is 1, of two
     * questions 2; the third is left over there.
     */
    @Test
    @ByHand("batch_load")
    void batchesAreLessEvenThanTheRun() {
        List<List<@Nullable Object>> rows = rows(byHand, """
                SELECT questions, n, mean_tokens, mean_imbalance, peak_imbalance, run_imbalance, drop_at_1, drop_at_1_25,
                    drop_at_1_5, drop_at_2
                FROM batch_load WHERE scope = 'prompt' ORDER BY questions
                """);
        assertThat(rows).hasSize(2);
        // Capacities 1, 2, 2 and 2 of four activations; beyond 1 are one, two and none of them.
        assertThat(rows.get(0)).startsWith(1, 3L);
        assertNumbers(rows.get(0).subList(2, 10), 2, 5 / 3.0, 2, 5 / 3.0, 3 / 12.0, 0, 0, 0);
        // Loads 4 1 3 0; capacities 2, 3, 3 and 4 of eight.
        assertThat(rows.get(1)).startsWith(2, 1L);
        assertNumbers(rows.get(1).subList(2, 10), 4, 2, 2, 2, 3 / 8.0, 1 / 8.0, 1 / 8.0, 0);
    }

    /** Two layers of two experts: loads 1 1, which are even, and 2 0. */
    @Test
    @ByHand("run_load")
    void runsOfASeriesHaveAFewFigures() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 2, 2, 1, "prompt")
                        .question(1, 1, "s", true, "0:.5 / 0:.5", "1:.5 / 0:.5")
                        .and("UPDATE runs SET step = 7000;")
                        .file();
                QueryEngine run = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(run, """
                    SELECT step, layers, n, max_violation, mean_violation, min_violation, dead_share, effective_share,
                        divergence, mean_token_entropy, normalised_token_entropy, mean_mass
                    FROM run_load WHERE scope = 'prompt'
                    """);
            assertThat(rows).hasSize(1);
            assertThat(rows.get(0)).startsWith(7000L, 2L, 2L);
            assertNumbers(rows.get(0).subList(3, 12), 1, 0.5, -1, 0.25, 0.75, Math.log(2) / 2, 1, 1 / Math.log(2), 0.5);
        }
    }

    /** Loads 5, 2, 4 and 1 over six tokens, where an even spread is one token of two; weights of expert 0 sum to 2.25. */
    @Test
    @ByHand("expert_utilisation")
    void utilisationIsTheShareOfTokens() {
        List<List<@Nullable Object>> rows = rows(byHand, """
                SELECT expert, n, activations, uniform_share, share, ratio, mean_weight
                FROM expert_utilisation WHERE scope = 'prompt' ORDER BY expert
                """);
        assertThat(rows).hasSize(4);
        assertThat(rows.get(0)).startsWith(0, 6L, 5L, 0.5);
        assertNumbers(rows.get(0).subList(4, 7), 5.0 / 6, 5.0 / 3, 0.45);
        assertThat(rows.get(3)).startsWith(3, 6L, 1L, 0.5);
        assertNumbers(rows.get(3).subList(4, 7), 1.0 / 6, 1.0 / 3, 0.5);
        assertThat(rows(byHand, """
                        SELECT n, activations, share, ratio, mean_weight FROM expert_utilisation
                        WHERE scope = 'last_prompt' AND expert = 3
                        """)).containsExactly(Arrays.asList(3L, 0L, 0.0, 0.0, null));
    }

    /** Layer 0 sends a token to two of four experts, layer 1 to one of two. */
    @Test
    void layersAreMeasuredByTheirOwnExperts() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 2, 4, 2, "prompt")
                        .and("""
                                INSERT INTO layers BY NAME
                                SELECT * FROM (VALUES (1, 0, 'moe', 4, 2), (1, 1, 'moe', 2, 1)) AS l(run_id, layer, kind, experts, top_k);
                                """)
                        .question(1, 1, "s", true, "0:.5 1:.25 / 1:1", "0:.5 2:.25 / 1:1")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, """
                            SELECT layer, experts, n, busiest_share, uniform_share FROM layer_load
                            WHERE scope = 'prompt' ORDER BY layer
                            """)).containsExactly(List.of(0, 4L, 2L, 1.0, 0.5), List.of(1, 2L, 2L, 1.0, 0.5));
            assertThat(rows(engine, """
                            SELECT layer, round(exp(uniform_entropy)), round(exp(uniform_top_k_entropy)) FROM gate_entropy
                            WHERE scope = 'prompt' ORDER BY layer
                            """)).containsExactly(List.of(0, 4.0, 2.0), List.of(1, 2.0, 1.0));
            assertThat(rows(engine, """
                            SELECT layer, unused, n FROM unused_experts WHERE scope = 'last_prompt' ORDER BY layer
                            """)).containsExactly(List.of(0, 2L, 1L), List.of(1, 1L, 1L));
            assertThat(rows(
                            engine,
                            "SELECT layer, reuse, chance FROM expert_reuse WHERE scope = 'prompt' ORDER BY layer"))
                    .containsExactly(List.of(0, 0.5, 0.5), List.of(1, 1.0, 0.5));
        }
    }

    private static double plogp(int load) {
        return load / 12.0 * Math.log(load / 12.0);
    }

    /** Expert 0 takes both last tokens of s and not that of t: with 2/3 and 1/3 added, odds of 8/3 to 2/3 and of 1/3 to 4/3; 2 of 3 tokens in all. */
    @Test
    @ByHand("subject_specialisation")
    void subjectsHaveExperts() {
        List<List<@Nullable Object>> rows = rows(byHand, """
                SELECT expert, subject, n, activations, share, uniform_share, ratio, log_odds, z
                FROM subject_specialisation WHERE scope = 'last_prompt' AND subject = 's' ORDER BY expert
                """);
        assertThat(rows.get(0)).startsWith(0, "s", 2L, 2L, 1.0, 0.5, 2.0);
        assertNumbers(rows.get(0).subList(7, 9), Math.log(16), 1 / Math.sqrt(2 / 9.0 * (1 / 2.0 + 1)));
        assertThat(rows.get(3)).startsWith(3, "s", 2L, 0L, 0.0, 0.5, 0.0);
    }

    /** The sizes of two subjects differ, but an expert that always fires, or never, does not differ between them. */
    @Test
    void anExpertThatAlwaysOrNeverFiresHasNoLogOdds() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 1, 3, 1, "last_prompt")
                        .question(1, 1, "s", true, "0:.5")
                        .question(1, 2, "s", true, "0:.5")
                        .question(1, 3, "t", true, "0:.5")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, "SELECT DISTINCT log_odds, z FROM subject_specialisation"))
                    .containsExactly(List.of(0.0, 0.0));
        }
    }

    /**
     * One of three experts is chosen. Mean weights per token: 0.5, 0 and 0 in s; 0.25, 0.25 and 0 in t, where expert 0
     * comes first. So expert 0 is present in both, makes 0.375 of 0.5, and each of the two others 0.0625 on average.
     */
    @Test
    @ByHand("standing_committee")
    void theCommitteeServesEverySubject() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 1, 3, 1, "last_prompt")
                        .question(1, 1, "s", true, "0:.5")
                        .question(1, 2, "s", true, "0:.5")
                        .question(1, 3, "t", true, "0:.5")
                        .question(1, 4, "t", true, "1:.5")
                        .file();
                QueryEngine committee = new QueryEngine(file::reader)) {
            assertThat(rows(committee, """
                            SELECT expert, n, subjects, present_in, mean_rank, rank_variance, contribution,
                                in_committee, committee_size, coverage, dominance
                            FROM standing_committee ORDER BY expert
                            """))
                    .containsExactly(
                            List.of(0, 4L, 2L, 2L, 1.0, 0.0, 0.375, true, 1L, 0.75, 6.0),
                            List.of(1, 4L, 2L, 0L, 2.0, 0.0, 0.125, false, 1L, 0.75, 6.0),
                            List.of(2, 4L, 2L, 0L, 2.0, 0.0, 0.0, false, 1L, 0.75, 6.0));
        }
    }

    @Test
    @ByHand("routing_margins")
    void marginsAreCounted() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 1, 2, 1, "prompt")
                        .question(1, 1, "s", true, "0:.5", "0:.5", "0:.5", "0:.5")
                        .and("UPDATE facts SET margin = [0.00005, 0.0005, 0.005, 0.5][1 + \"position\"];")
                        .file();
                QueryEngine margins = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(margins, """
                    SELECT n, near_ties, share_below_0_0001, share_below_0_001, share_below_0_01, mean_margin
                    FROM routing_margins ORDER BY scope
                    """);
            assertThat(rows.get(0)).isEqualTo(List.of(1L, 0L, 0.0, 0.0, 0.0, 0.5));
            assertThat(rows.get(1)).startsWith(4L, 1L, 0.25, 0.5, 0.75);
            assertThat((double) rows.get(1).get(5)).isEqualTo(0.50555 / 4, within(1e-6));
        }
    }

    /** Subjects s and t share one of two experts, t and u the other one, s and u none. */
    @Test
    @ByHand("subject_divergence")
    void subjectsThatShareExpertsAreNearer() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 1, 4, 2, "prompt")
                        .question(1, 1, "s", true, "0:.5 1:.25", "0:.5 1:.25")
                        .question(1, 2, "t", true, "0:.5 2:.25")
                        .question(1, 3, "u", true, "2:.5 3:.25")
                        .file();
                QueryEngine subjects = new QueryEngine(file::reader)) {
            assertThat(rows(subjects, """
                            SELECT layer, subject, other_subject, n, other_n, divergence, round(chance * 8 * ln(2e0), 9)
                            FROM subject_divergence
                            WHERE scope = 'prompt' ORDER BY subject, other_subject
                            """))
                    .containsExactly(
                            List.of(0, "s", "t", 2L, 1L, 0.5, 0.75),
                            List.of(0, "s", "u", 2L, 1L, 1.0, 1.5),
                            List.of(0, "t", "u", 1L, 1L, 0.5, 1.0));
        }
    }

    private static List<List<@Nullable Object>> rows(QueryEngine engine, String sql) {
        return Rows.of(engine, sql).rows();
    }

    private static void assertNumbers(List<@Nullable Object> actual, double... expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual.get(i)).isEqualTo(expected[i], within(1e-11));
        }
    }
}
