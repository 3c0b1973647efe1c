package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.store.HandMadeRouting;
import io.gatehouse.testing.store.RoutingFile;
import java.sql.Connection;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The table function contrast. */
final class TestContrast {
    /**
     * Expert 0 takes 2 and 1 of the two tokens of the questions of s, 0 and 1 of those of t: shares 3/4 and 1/4. Of the share
     * of both, 1/2, one question of each set is a token away and the other none: 1/4 of the four tokens. Each question is half
     * a token away from the share of its set, so that a share of four tokens has the variance of one of three independent ones.
     */
    @Test
    void setsDifferByMoreThanTheirQuestionsDo() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 1, 3, 1, "prompt")
                        .question(1, 1, "s", true, "0:.5", "0:.5")
                        .question(1, 2, "s", true, "0:.5", "1:.5")
                        .question(1, 3, "t", false, "1:.5", "1:.5")
                        .question(1, 4, "t", false, "1:.5", "0:.5")
                        .and(
                                "INSERT INTO question_attributes VALUES (1, 'kind', 'a'), (2, 'kind', 'a'), (3, 'kind', 'b');")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            String sql = """
                    SELECT expert, n, other_n, questions, activations, other_activations, share, other_share, difference,
                        low, high, z, p_value, q_value, npmi, divergence
                    FROM contrast(1, 'prompt', '%s', 'prompt', '%s') ORDER BY expert
                    """;
            List<List<@Nullable Object>> rows = rows(engine, sql.formatted("s", "t"));
            double error = Math.sqrt(2 * 4.0 / 3) / 4;
            double half = Math.hypot(0.75 - wilson(0.75, 3, -1), wilson(0.25, 3, 1) - 0.25);
            double otherHalf = Math.hypot(wilson(0.75, 3, 1) - 0.75, 0.25 - wilson(0.25, 3, -1));
            double divergence = 1 + 0.75 * Math.log(0.75) / Math.log(2) + 0.25 * Math.log(0.25) / Math.log(2);
            assertThat(rows).hasSize(3);
            assertThat(rows.get(0).subList(0, 9)).containsExactly(0, 4L, 4L, 4L, 3L, 1L, 0.75, 0.25, 0.5);
            assertNumbers(rows.get(0).subList(9, 12), 0.5 - half, 0.5 + otherHalf, 0.5 / error);
            // Both experts that fire have the same p-value, which is q: 2 p / 2.
            assertThat((double) rows.get(0).get(12)).isEqualTo(0.2206714, within(1e-7));
            assertThat((double) rows.get(0).get(13))
                    .isEqualTo((double) rows.get(0).get(12), within(1e-12));
            assertNumbers(rows.get(0).subList(14, 16), Math.log(1.5) / Math.log(8 / 3.0), divergence);
            assertNumbers(rows.get(1).subList(8, 9), -0.5);
            assertNumbers(rows.get(1).subList(14, 16), Math.log(0.5) / Math.log(8), divergence);
            assertThat(rows.get(2).subList(4, 15))
                    .as("an expert that never fires")
                    .startsWith(0L, 0L, 0.0, 0.0, 0.0)
                    .endsWith(null, null, null, null);
            assertNumbers(rows.get(2).subList(9, 11), -wilson(0, 2, 1), wilson(0, 2, 1));
            assertThat(rows(engine, sql.formatted("right", "wrong"))).isEqualTo(rows);
            assertThat(rows(engine, sql.formatted("kind=a", "t"))).isEqualTo(rows);
        }
    }

    /** No question differs from its set, and yet nothing could differ more: 1/8 - 0, of 2 tokens each away from 1/2. */
    @Test
    void anExpertOfOneSetOnlyDiffersMost() throws Exception {
        HandMadeRouting routing = new HandMadeRouting().run(1, "r", 1, 3, 1, "last_prompt");
        for (int question = 1; question <= 8; question++) {
            routing.question(1, question, question <= 4 ? "s" : "t", true, question <= 4 ? "0:.5" : "1:.5");
        }
        try (RoutingFile file = routing.file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(
                    engine,
                    "SELECT difference, low, high, z FROM contrast(1, 'last_prompt', 's', 'last_prompt', 't') ORDER BY expert");
            double low = 1 - Math.sqrt(2) * (1 - wilson(1, 4, -1));
            double z = 1 / Math.sqrt(8.0 / 7 * 8 * Math.pow(0.5 / 4, 2));
            assertNumbers(rows.get(0), 1, low, 1, z);
            assertNumbers(rows.get(1), -1, -1, -low, -z);
        }
    }

    /**
     * One token of ten of half of the questions of s, and of none or of one of t. Of a rare expert, as many tokens are
     * independent as there are: 400, and not 40.
     */
    @Test
    void anIntervalDoesNotJumpWhereAnExpertDoesNotFire() throws Exception {
        double[] low = new double[2];
        for (int activations = 0; activations < 2; activations++) {
            HandMadeRouting routing = new HandMadeRouting().run(1, "r", 1, 3, 1, "prompt");
            for (int question = 1; question <= 80; question++) {
                boolean fires = question <= 20 || (activations == 1 && question == 41);
                String[] tokens = new String[10];
                Arrays.fill(tokens, "1:.5");
                tokens[0] = fires ? "0:.5" : "1:.5";
                routing.question(1, question, question <= 40 ? "s" : "t", true, tokens);
            }
            try (RoutingFile file = routing.file();
                    QueryEngine engine = new QueryEngine(file::reader)) {
                low[activations] = (double) requireNonNull(
                        rows(engine, "SELECT low FROM contrast(1, 'prompt', 's', 'prompt', 't') WHERE expert = 0")
                                .get(0)
                                .get(0));
            }
        }
        double below = 0.05 - wilson(0.05, 400, -1);
        assertThat(low[0]).isEqualTo(0.05 - Math.hypot(below, wilson(0, 400, 1)), within(1e-9));
        assertThat(low[1]).isPositive().isLessThan(low[0]);
    }

    /** Of the two generated tokens of each question, the first is of the reasoning, and expert 0 takes it in both questions. */
    @Test
    void segmentsAreSetsOfTokens() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 1, 3, 1, "prompt")
                        .question(1, 1, "s", true, "1:.5")
                        .generated(1, 1, 1, "0:.5", "1:.5")
                        .question(1, 2, "t", false, "1:.5")
                        .generated(1, 2, 1, "0:.5", "2:.5")
                        .and("UPDATE tokens SET segment = 'reasoning' WHERE phase = 'generated' AND \"position\" = 1;")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            String sql = "SELECT expert, n, other_n, activations, other_activations, difference"
                    + " FROM contrast(1, '%s', 'all', '%s', 'all') ORDER BY expert";
            assertThat(rows(engine, sql.formatted("reasoning", "answer")))
                    .containsExactly(
                            List.of(0, 2L, 2L, 2L, 0L, 1.0),
                            List.of(1, 2L, 2L, 0L, 1L, -0.5),
                            List.of(2, 2L, 2L, 0L, 1L, -0.5));
            assertThat(rows(engine, sql.formatted("prompt", "reasoning")))
                    .containsExactly(
                            List.of(0, 2L, 2L, 0L, 2L, -1.0),
                            List.of(1, 2L, 2L, 2L, 0L, 1.0),
                            List.of(2, 2L, 2L, 0L, 0L, 0.0));
            assertThat(rows(engine, sql.formatted("reasoning", "choice"))).isEmpty();
        }
    }

    @Test
    void setsAreWhatBelongsToSeveral() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 1, 3, 1, "last_prompt")
                        .question(1, 1, "s", true, "0:.5")
                        .question(1, 2, "s", false, "1:.5")
                        .question(1, 3, "t", true, "2:.5")
                        .question(1, 4, "arts & letters", true, "0:.5")
                        .and("INSERT INTO question_attributes VALUES (1, 'kind', 'a'), (3, 'kind', 'a');")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            String sql =
                    "SELECT activations FROM contrast(1, 'last_prompt', '%s', 'last_prompt', 'all') ORDER BY expert";
            assertThat(rows(engine, sql.formatted("right & s"))).containsExactly(List.of(1L), List.of(0L), List.of(0L));
            assertThat(rows(engine, sql.formatted("kind=a & t & right")))
                    .containsExactly(List.of(0L), List.of(0L), List.of(1L));
            assertThat(rows(engine, sql.formatted("arts & letters")))
                    .as("a subject of this name")
                    .containsExactly(List.of(1L), List.of(0L), List.of(0L));
            assertThat(rows(engine, sql.formatted("wrong & t")))
                    .as("no question")
                    .isEmpty();
            assertThatExceptionOfType(GatehouseException.class)
                    .isThrownBy(() -> rows(engine, sql.formatted("right & nobody")))
                    .withMessageStartingWith(
                            "questions of contrast is 'right & nobody', and the file has no question set"
                                    + " 'nobody'; it has the question sets 'all', 'right', 'wrong'");
        }
    }

    @Test
    void unknownSetsAreRefused() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 1, 3, 1, "last_prompt")
                        .question(1, 1, "s", true, "0:.5")
                        .and("INSERT INTO question_attributes VALUES (1, 'kind', 'a');")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThatExceptionOfType(GatehouseException.class)
                    .isThrownBy(() -> rows(engine, "FROM contrast(1, 'last_prompt', 's', 'last_prompt', 'nobody')"))
                    .withMessageStartingWith(
                            "other_questions of contrast is 'nobody', and the file has no such question set; "
                                    + "it has the question sets 'all', 'right', 'wrong', 's', 'kind=a'");
            assertThat(rows(engine, "FROM contrast(1, 'last_prompt', 'kind=a', 'last_prompt', 'right')"))
                    .hasSize(3);
        }
    }

    /** Where the sets share questions, the variance is that of the differences of the questions, and the shares correlate. */
    @Test
    void questionsOfBothSetsAreClusters() throws Exception {
        try (RoutingFile file = RoutingFile.comparable();
                QueryEngine engine = new QueryEngine(file::reader);
                Connection connection = file.reader()) {
            List<List<@Nullable Object>> expected = Rows.of(connection, """
                            WITH q AS (
                                SELECT question_id, count(*) FILTER (WHERE is_last_prompt) AS last, count(*) AS prompt
                                FROM routing WHERE run_id = 1 AND layer = 1 GROUP BY question_id
                            ), c AS (
                                SELECT q.question_id, e.expert, q.last, q.prompt,
                                    (SELECT count(*) FROM activations AS a WHERE a.run_id = 1 AND a.layer = 1
                                        AND a.question_id = q.question_id AND a.expert = e.expert) AS n,
                                    (SELECT count(*) FROM activations AS a WHERE a.run_id = 1 AND a.layer = 1
                                        AND a.question_id = q.question_id AND a.expert = e.expert AND a.is_last_prompt) AS m
                                FROM q, (SELECT CAST(unnest(range(8)) AS SMALLINT) AS expert) AS e
                            ), s AS (
                                SELECT expert, sum(n) / sum(prompt) AS p, sum(m) / sum(last) AS o, sum(prompt) AS t,
                                    sum(last) AS u, sum(n + m) / sum(prompt + last) AS pooled
                                FROM c GROUP BY expert
                            )
                            SELECT any_value(p) AS share, any_value(o) AS other,
                                CASE WHEN any_value(pooled) IN (0, 1) THEN count(*) WHEN p IN (0, 1) THEN
                                    least(any_value(t), greatest(count(*), power(any_value(1 / pooled - 1), 1 - 2 * p)
                                        * any_value(t) * any_value(t) / sum(prompt * prompt))) ELSE
                                    least(p * (1 - p) / (var_samp((n - p * prompt) / t) * count(*)), any_value(t)) END AS own_n,
                                CASE WHEN any_value(pooled) IN (0, 1) THEN count(*) WHEN o IN (0, 1) THEN
                                    least(any_value(u), greatest(count(*), power(any_value(1 / pooled - 1), 1 - 2 * o)
                                        * any_value(u) * any_value(u) / sum(last * last))) ELSE
                                    least(o * (1 - o) / (var_samp((m - o * last) / u) * count(*)), any_value(u)) END AS other_n,
                                CASE WHEN p IN (0, 1) OR o IN (0, 1) THEN 0 ELSE
                                    corr(n - p * prompt, m - o * last) END AS correlation,
                                (p - o) / sqrt(count(*) / (count(*) - 1) * sum(
                                    power((n - pooled * prompt) / t - (m - pooled * last) / u, 2))) AS z
                            FROM c JOIN s ON s.expert = c.expert GROUP BY c.expert, p, o ORDER BY c.expert
                            """).rows();
            List<List<@Nullable Object>> actual = rows(engine, """
                    SELECT difference, low, high, z
                    FROM contrast(1, 'prompt', 'all', 'last_prompt', 'all') WHERE layer = 1 ORDER BY expert
                    """);
            assertThat(actual).hasSize(8);
            for (int expert = 0; expert < 8; expert++) {
                double[] e = expected.get(expert).stream()
                        .mapToDouble(value -> ((Number) value).doubleValue())
                        .toArray();
                double below = e[0] - wilson(e[0], e[2], -1);
                double above = wilson(e[0], e[2], 1) - e[0];
                double otherBelow = e[1] - wilson(e[1], e[3], -1);
                double otherAbove = wilson(e[1], e[3], 1) - e[1];
                double difference = e[0] - e[1];
                assertNumbers(
                        actual.get(expert).subList(0, 3),
                        difference,
                        difference - Math.sqrt(below * below + otherAbove * otherAbove - 2 * e[4] * below * otherAbove),
                        difference
                                + Math.sqrt(above * above + otherBelow * otherBelow - 2 * e[4] * above * otherBelow));
                if (Double.isNaN(e[5])) {
                    assertThat(actual.get(expert).get(3))
                            .as("an expert that fires at no token")
                            .isNull();
                } else {
                    assertNumbers(actual.get(expert).subList(3, 4), e[5]);
                }
            }
        }
    }

    @Test
    void propertiesHoldOfRoutingAtRandom() throws Exception {
        long seed = 20_261_128;
        try (RoutingFile file = RandomRouting.file(seed, 6);
                QueryEngine engine = new QueryEngine(file::reader)) {
            for (int run = 1; run <= 12; run++) {
                String forth = "contrast(%d, 'last_prompt', 'right', 'last_prompt', 'wrong')".formatted(run);
                String back = "contrast(%d, 'last_prompt', 'wrong', 'last_prompt', 'right')".formatted(run);
                assertThat(rows(engine, """
                                SELECT * FROM %s WHERE NOT (share BETWEEN 0 AND 1 AND divergence BETWEEN 0 AND 1
                                    AND coalesce(difference BETWEEN low AND high AND low >= -1 AND high <= 1, true) AND coalesce(npmi, 0) BETWEEN -1 AND 1
                                    AND coalesce(q_value >= p_value - 1e-12 AND q_value <= 1, true))
                                """.formatted(forth)))
                        .as("bounds in run %d of seed %d", run, seed)
                        .isEmpty();
                assertThat(rows(engine, """
                                SELECT a.layer FROM %s AS a JOIN %s AS b ON b.layer = a.layer AND b.expert = a.expert
                                WHERE abs(a.difference + b.difference) > 1e-12 OR abs(a.divergence - b.divergence) > 1e-9
                                    OR abs(a.z + b.z) > 1e-6 * abs(a.z) OR (a.z IS NULL) <> (b.z IS NULL)
                                """.formatted(forth, back)))
                        .as("the other way round in run %d of seed %d", run, seed)
                        .isEmpty();
                assertThat(rows(engine, """
                                SELECT * FROM contrast(%d, 'last_prompt', 'all', 'last_prompt', 'all')
                                WHERE difference <> 0 OR divergence <> 0 OR z IS NOT NULL
                                """.formatted(run)))
                        .as("a set and itself in run %d of seed %d", run, seed)
                        .isEmpty();
            }
        }
    }

    /** An end of the interval of Wilson of a share of n tokens. */
    private static double wilson(double share, double n, int sign) {
        double z = 1.959963984540054;
        double half = z * Math.sqrt(share * (1 - share) / n + z * z / (4 * n * n));
        return (share + z * z / (2 * n) + sign * half) / (1 + z * z / n);
    }

    private static void assertNumbers(List<@Nullable Object> row, double... expected) {
        assertThat(row).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(((Number) row.get(i)).doubleValue()).as("column %d", i).isEqualTo(expected[i], within(1e-9));
        }
    }

    private static List<List<@Nullable Object>> rows(QueryEngine engine, String sql) {
        return Rows.of(engine, sql).rows();
    }
}
