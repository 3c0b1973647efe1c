package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.sql.Connection;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The table function contrast. */
final class TestContrast {
    /**
     * Expert 0 takes 2 and 1 of the two tokens of the questions of s, 0 and 1 of those of t: shares 3/4 and 1/4. Each question
     * is half a token away from the share of its set, that is 1/8 of the four tokens.
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
                QueryEngine engine = file.engine()) {
            String sql = """
                    SELECT expert, n, other_n, questions, activations, other_activations, share, other_share, difference,
                        low, high, z, p_value, q_value, npmi, divergence
                    FROM contrast(1, 'prompt', '%s', 'prompt', '%s') ORDER BY expert
                    """;
            List<List<@Nullable Object>> rows = rows(engine, sql.formatted("s", "t"));
            double error = Math.sqrt(4 * 4.0 / 3) / 8;
            double divergence = 1 + 0.75 * Math.log(0.75) / Math.log(2) + 0.25 * Math.log(0.25) / Math.log(2);
            assertThat(rows).hasSize(3);
            assertThat(rows.get(0).subList(0, 9)).containsExactly(0, 4L, 4L, 4L, 3L, 1L, 0.75, 0.25, 0.5);
            assertNumbers(
                    rows.get(0).subList(9, 12),
                    0.5 - 1.959963984540054 * error,
                    0.5 + 1.959963984540054 * error,
                    0.5 / error);
            // Both experts that fire have the same p-value, which is q: 2 p / 2.
            assertThat((double) rows.get(0).get(12)).isEqualTo(0.0832645, within(1e-7));
            assertThat((double) rows.get(0).get(13))
                    .isEqualTo((double) rows.get(0).get(12), within(1e-12));
            assertNumbers(rows.get(0).subList(14, 16), Math.log(1.5) / Math.log(8 / 3.0), divergence);
            assertNumbers(rows.get(1).subList(8, 9), -0.5);
            assertNumbers(rows.get(1).subList(14, 16), Math.log(0.5) / Math.log(8), divergence);
            assertThat(rows.get(2).subList(4, 15))
                    .as("an expert that never fires")
                    .isEqualTo(Arrays.asList(0L, 0L, 0.0, 0.0, 0.0, 0.0, 0.0, null, null, null, null));
            assertThat(rows(engine, sql.formatted("right", "wrong"))).isEqualTo(rows);
            assertThat(rows(engine, sql.formatted("kind=a", "t"))).isEqualTo(rows);
            assertThat(rows(engine, sql.formatted("s", "nobody"))).isEmpty();
        }
    }

    /** Where the sets share questions, the variance is that of the differences of the questions. */
    @Test
    void questionsOfBothSetsAreClusters() throws Exception {
        try (RoutingFile file = RoutingFile.comparable();
                QueryEngine engine = file.engine();
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
                                    sum(last) AS u
                                FROM c GROUP BY expert
                            )
                            SELECT c.expert, any_value(p - o) AS difference, sqrt(count(*) / (count(*) - 1) * sum(
                                power((n - p * prompt) / t - (m - o * last) / u, 2))) AS error
                            FROM c JOIN s ON s.expert = c.expert GROUP BY c.expert ORDER BY c.expert
                            """).rows();
            List<List<@Nullable Object>> actual = rows(engine, """
                    SELECT expert, difference, (high - low) / 2 / 1.959963984540054e0
                    FROM contrast(1, 'prompt', 'all', 'last_prompt', 'all') WHERE layer = 1 ORDER BY expert
                    """);
            assertThat(actual).hasSize(8);
            for (int expert = 0; expert < 8; expert++) {
                assertThat(actual.get(expert).get(0))
                        .isEqualTo(expected.get(expert).get(0));
                assertNumbers(
                        actual.get(expert).subList(1, 3),
                        (double) expected.get(expert).get(1),
                        (double) expected.get(expert).get(2));
            }
        }
    }

    @Test
    void propertiesHoldOfRoutingAtRandom() throws Exception {
        long seed = 20_261_128;
        try (RoutingFile file = RandomRouting.file(seed, 6);
                QueryEngine engine = file.engine()) {
            for (int run = 1; run <= 12; run++) {
                String forth = "contrast(%d, 'last_prompt', 'right', 'last_prompt', 'wrong')".formatted(run);
                String back = "contrast(%d, 'last_prompt', 'wrong', 'last_prompt', 'right')".formatted(run);
                assertThat(rows(engine, """
                                SELECT * FROM %s WHERE NOT (share BETWEEN 0 AND 1 AND divergence BETWEEN 0 AND 1
                                    AND coalesce(difference BETWEEN low AND high, true) AND coalesce(npmi, 0) BETWEEN -1 AND 1
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
