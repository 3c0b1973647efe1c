package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The table functions placement, placement_map and calibration_questions. */
final class TestPlacement {
    /** The questions load the four experts with 3 1 2 0 and 1 1 1 1, together 4 2 3 1. */
    private static HandMadeRouting twoQuestions() {
        return new HandMadeRouting()
                .run(1, "r", 1, 4, 2, "prompt")
                .question(1, 1, "s", true, "0:.5 1:.25", "0:.5 2:.25", "0:.5 2:.25")
                .question(1, 2, "t", false, "3:.5 0:.25", "2:.5 1:.25");
    }

    /** The two extra copies go to expert 0 with 4 and to 2 with 3; then the loads 2 2 2 1.5 1.5 1 are dealt out. */
    @Test
    void busyExpertsHaveCopies() throws Exception {
        try (RoutingFile file = twoQuestions().file();
                QueryEngine engine = file.engine()) {
            assertThat(rows(engine, """
                            SELECT layer, slot, rank, expert, copies, load FROM placement_map(1, 'prompt', 2, 6)
                            ORDER BY slot
                            """))
                    .containsExactly(
                            List.of(0, 0L, 0L, 0, 2L, 2.0),
                            List.of(0, 1L, 0L, 2, 2L, 1.5),
                            List.of(0, 2L, 0L, 2, 2L, 1.5),
                            List.of(0, 3L, 1L, 0, 2L, 2.0),
                            List.of(0, 4L, 1L, 1, 1L, 2.0),
                            List.of(0, 5L, 1L, 3, 1L, 1.0));
        }
    }

    /**
     * The default map puts 0 1 and 2 3 together: loads 4 2 and 2 2. The map of the second question puts 0 3 and 1 2 together,
     * which gives the first 3 3; the map of the first does the same, which gives the second 2 2.
     */
    @Test
    void mapsAreScoredOnTheOtherHalf() throws Exception {
        try (RoutingFile file = twoQuestions().file();
                QueryEngine engine = file.engine()) {
            List<List<@Nullable Object>> rows = rows(engine, """
                    SELECT layer, n, verdict, default_efficiency, held_out, in_sample, bound, gain, low, high, moved
                    FROM placement(1, 'prompt', 2, 4, 1)
                    """);
            assertThat(rows).hasSize(1);
            assertThat(rows.get(0)).startsWith(0, 2L, "unclear");
            // The two batches are a third above and below the ratio of 5 / 6: sqrt(2 (1/9 + 1/9)) / 6 = 1 / 9.
            assertNumbers(
                    rows.get(0).subList(3, 11),
                    5.0 / 6,
                    1,
                    1,
                    1,
                    1.0 / 6,
                    1.0 / 6 - 1.959963984540054 / 9,
                    1.0 / 6 + 1.959963984540054 / 9,
                    2);
            // Copies from the other question: 0 1 twice from the second, 0 twice and 2 twice, shared, from the first.
            assertNumbers(
                    rows(engine, "SELECT held_out, in_sample FROM placement(1, 'prompt', 2, 6, 1)")
                            .get(0),
                    5 / 6.5,
                    5 / 5.5);
            assertThat(rows(engine, "SELECT n FROM placement(1, 'prompt', 2, 4, 2)"))
                    .as("one batch has no other half")
                    .isEmpty();
        }
    }

    @Test
    void propertiesHoldOfRoutingAtRandom() throws Exception {
        long seed = 20_261_128;
        try (RoutingFile file = RandomRouting.file(seed, 6);
                QueryEngine engine = file.engine()) {
            for (int run = 1; run <= 12; run++) {
                assertThat(rows(engine, """
                                SELECT * FROM placement(%d, 'last_prompt', 2, 10, 1)
                                WHERE NOT (default_efficiency BETWEEN 0.5 - 1e-9 AND 1 + 1e-9
                                    AND held_out BETWEEN 0.5 - 1e-9 AND bound + 1e-9
                                    AND in_sample BETWEEN 0.5 - 1e-9 AND bound + 1e-9 AND bound <= 1 + 1e-9
                                    AND abs((1 - gain) * held_out - default_efficiency) < 1e-9 AND moved >= 0)
                                """.formatted(run)))
                        .as("run %d of seed %d", run, seed)
                        .isEmpty();
                assertThat(rows(engine, """
                                SELECT m.layer FROM placement_map(%1$d, 'last_prompt', 2, 10) AS m
                                GROUP BY m.layer
                                HAVING count(*) <> 10 OR count(*) FILTER (WHERE m.rank = 0) <> 5 OR max(m.slot) <> 9
                                    OR count(DISTINCT m.expert) <> (SELECT max(experts) FROM layers WHERE run_id = %1$d)
                                    OR abs(sum(m.load) - (SELECT sum(activations) FROM experts
                                        WHERE run_id = %1$d AND scope = 'last_prompt' AND layer = 0)) > 1e-6
                                """.formatted(run)))
                        .as("map of run %d of seed %d", run, seed)
                        .isEmpty();
            }
        }
    }

    /**
     * A third question loads 1 0 1 2; the experts have 5 2 4 3. Of two tokens of each expert the questions give (1/5 + 1/2 + 1/4
     * + 1/3) / 2, then (1/5 + 1/4 + 2/3) / 2, then (2/5 + 1/2 + 2/4) / 3 a token.
     */
    @Test
    void fewQuestionsGiveEveryExpertTokens() throws Exception {
        try (RoutingFile file = twoQuestions()
                        .question(1, 3, "s", true, "3:.5 2:.25", "3:.5 0:.25")
                        .file();
                QueryEngine engine = file.engine()) {
            String sql = """
                    SELECT place, question_id, subject, tokens, tokens_so_far, experts, below, short
                    FROM calibration_questions(1, 'prompt', %d) ORDER BY place
                    """;
            assertThat(rows(engine, sql.formatted(2)))
                    .containsExactly(
                            List.of(1L, 2, "t", 2L, 2L, 4L, 4L, 0L),
                            List.of(2L, 3, "s", 2L, 4L, 4L, 1L, 0L),
                            List.of(3L, 1, "s", 3L, 7L, 4L, 0L, 0L));
            assertThat(rows(engine, "SELECT score FROM calibration_questions(1, 'prompt', 2) ORDER BY place"))
                    .extracting(row -> ((Number) row.get(0)).doubleValue())
                    .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-9 ? 0 : Double.compare(a, b))
                    .containsExactly(77 / 120.0, 67 / 120.0, 7 / 15.0);
            assertThat(rows(engine, sql.formatted(1)))
                    .as("question 2 has every expert")
                    .containsExactly(List.of(1L, 2, "t", 2L, 2L, 4L, 0L, 0L));
            // Four tokens have only experts 0 and 2, with all questions.
            assertThat(rows(engine, sql.formatted(4))).last().isEqualTo(List.of(3L, 1, "s", 3L, 7L, 4L, 2L, 2L));
            assertThat(rows(engine, sql.formatted(9))).isEmpty();
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
