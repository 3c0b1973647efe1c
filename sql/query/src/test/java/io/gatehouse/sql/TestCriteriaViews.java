package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.testing.store.HandMadeRouting;
import io.gatehouse.testing.store.RoutingFile;
import java.util.List;
import org.hipparchus.stat.correlation.SpearmansCorrelation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The views of criteria by which experts are pruned or tuned. */
final class TestCriteriaViews {
    /** Two tokens, two of three experts: 0 and 1 with weights .5 .25 and norms 2 4, then 0 and 2 with .25 .25 and 6 8. */
    private static RoutingFile normed() throws Exception {
        return new HandMadeRouting()
                .run(1, "r", 1, 3, 2, "prompt")
                .question(1, 1, "s", true, "0:.5 1:.25", "0:.25 2:.25")
                .and("INSERT INTO expert_norms VALUES (1, 1, 0, 0, [2, 4]), (1, 1, 1, 0, [6, 8]);")
                .file();
    }

    @Test
    @ByHand("pruning_criteria")
    void criteriaAreThoseOfTheirPapers() throws Exception {
        try (RoutingFile file = normed();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(engine, """
                    SELECT n, frequency, gate_mass, mean_weight, ean_sum, ean_mean, weighted_ean, msan, reap_raw, reap
                    FROM pruning_criteria WHERE scope = 'prompt' ORDER BY expert
                    """);
            // Made to sum to 1, the weights of expert 0 are 2/3 and 1/2.
            assertThat(rows.get(0)).startsWith(2L, 1.0, 0.375, 0.375, 8.0, 4.0, 2.5, 20.0, 1.25);
            assertThat((double) rows.get(0).get(9)).isEqualTo((2.0 / 3 * 2 + 0.5 * 6) / 2, within(1e-11));
            assertThat(rows.get(1)).startsWith(1L, 0.5, 0.125, 0.25, 4.0, 4.0, 1.0, 16.0, 1.0);
            assertThat(rows(
                            engine,
                            "SELECT ean_sum, reap FROM pruning_criteria WHERE scope = 'last_prompt' AND expert = 2"))
                    .containsExactly(List.of(8.0, 4.0));
            assertThat(rows(engine, "SELECT count(*) FROM criteria_agreement WHERE scope = 'prompt'"))
                    .as("nine criteria have 36 pairs")
                    .containsExactly(List.of(36L));
        }
    }

    @Test
    void whatWasNotRecordedIsNull() throws Exception {
        try (RoutingFile file = RoutingFile.filled();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, "SELECT count(ean_sum), count(reap), count(frequency) > 40 FROM pruning_criteria"))
                    .containsExactly(List.of(0L, 0L, true));
            assertThat(rows(engine, "SELECT DISTINCT criterion FROM criteria_agreement ORDER BY criterion"))
                    .containsExactly(List.of("frequency"), List.of("gate_mass"));
        }
    }

    /**
     * Frequencies rank 3 1.5 1.5, sums of norms 8 4 8 rank 2.5 1 2.5 and their means 4 4 8 rank 1.5 1.5 3: products of
     * the distances from 2 sum to 0.75 and to -0.75, their squares to 1.5.
     */
    @Test
    @ByHand("criteria_agreement")
    void equalValuesShareTheirRank() throws Exception {
        try (RoutingFile file = normed();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(engine, """
                    SELECT other_criterion, n, spearman FROM criteria_agreement
                    WHERE scope = 'prompt' AND criterion = 'frequency' AND other_criterion IN ('ean_sum', 'ean_mean')
                    ORDER BY other_criterion
                    """);
            assertThat(rows).hasSize(2);
            assertThat(rows.get(0)).startsWith("ean_mean", 3L);
            assertThat((double) rows.get(0).get(2)).isEqualTo(-0.5, within(1e-11));
            assertThat(rows.get(1)).startsWith("ean_sum", 3L);
            assertThat((double) rows.get(1).get(2)).isEqualTo(0.5, within(1e-11));
        }
    }

    @Test
    void agreementIsSpearmans() throws Exception {
        try (RoutingFile file = RoutingFile.filled();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(engine, """
                    SELECT run_id, scope, layer, spearman, n FROM criteria_agreement
                    WHERE criterion = 'frequency' AND other_criterion = 'gate_mass'
                    """);
            assertThat(rows).hasSizeGreaterThan(8);
            for (List<@Nullable Object> row : rows) {
                List<List<@Nullable Object>> values = rows(engine, """
                        SELECT frequency, gate_mass FROM pruning_criteria
                        WHERE run_id = %s AND scope = '%s' AND layer = %s
                        """.formatted(row.get(0), row.get(1), row.get(2)));
                double expected = new SpearmansCorrelation().correlation(column(values, 0), column(values, 1));
                assertThat((double) row.get(3)).isEqualTo(expected, within(1e-11));
                assertThat(row.get(4)).isEqualTo((long) values.size());
            }
        }
    }

    /** Question 1 has one token, question 2 two. Expert 0: (1/2 + 1/4) / 2 of the choices; gate (.5 + .25) / 2. */
    @Test
    @ByHand("esft_scores")
    void esftCountsEachQuestionTheSame() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 1, 3, 2, "prompt")
                        .question(1, 1, "s", true, "0:.5 1:.25")
                        .question(1, 2, "s", true, "0:.5 1:.25", "2:.5 1:.25")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, """
                            SELECT expert, n, token_ratio, tokens_before, gate_score, gate_before FROM esft_scores
                            WHERE scope = 'prompt' ORDER BY expert
                            """))
                    .containsExactly(
                            List.of(0, 2L, 0.375, 0.5, 0.375, 0.0),
                            List.of(1, 2L, 0.5, 0.0, 0.25, 0.375),
                            List.of(2, 2L, 0.125, 0.875, 0.125, 0.625));
            // Of the six choices of the three tokens together 2, 3 and 1; shares of .3333 and .5 come before the last.
            assertThat(rows(engine, """
                            SELECT expert, token_share_pooled, pooled_before, gate_mean_pooled FROM esft_scores
                            WHERE scope = 'prompt' ORDER BY expert
                            """))
                    .containsExactly(
                            List.of(0, 2 / 6.0, 0.5, 1 / 3.0),
                            List.of(1, 0.5, 0.0, 0.25),
                            List.of(2, 1 / 6.0, 0.8333, 0.5 / 3));
            // Half of the tokens is reached by expert 1 alone; a little more needs expert 0 too.
            assertThat(rows(engine, "SELECT count(*) FROM esft_scores WHERE scope = 'prompt' AND tokens_before < 0.5"))
                    .containsExactly(List.of(1L));
        }
    }

    private static double[] column(List<List<@Nullable Object>> rows, int column) {
        return rows.stream().mapToDouble(row -> (double) row.get(column)).toArray();
    }

    private static List<List<@Nullable Object>> rows(QueryEngine engine, String sql) {
        return Rows.of(engine, sql).rows();
    }
}
