package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.testing.store.HandMadeRouting;
import io.gatehouse.testing.store.RoutingFile;
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

    /**
     * The two extra copies go to expert 0 with 4 and to 2 with 3. The copies, by load, have 2 (expert 0), 2 (1), 2 (0), 1.5 (2),
     * 1.5 (2) and 1 (3), and go to the ranks 0, 1, 0, 1, 1 and 0, which then have 5 each.
     */
    @Test
    void busyExpertsHaveCopies() throws Exception {
        try (RoutingFile file = twoQuestions().file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, """
                            SELECT layer, slot, rank, expert, copies, load FROM placement_map(1, 'prompt', 2, 6)
                            ORDER BY slot
                            """))
                    .containsExactly(
                            List.of(0, 0L, 0L, 0, 2L, 2.0),
                            List.of(0, 1L, 0L, 0, 2L, 2.0),
                            List.of(0, 2L, 0L, 3, 1L, 1.0),
                            List.of(0, 3L, 1L, 1, 1L, 2.0),
                            List.of(0, 4L, 1L, 2, 2L, 1.5),
                            List.of(0, 5L, 1L, 2, 2L, 1.5));
            assertThatThrownBy(() -> rows(engine, "SELECT * FROM placement_map(1, 'prompt', 2, 131073)"))
                    .hasMessage("replicas is 131,073; a placement has up to 131,072 physical experts of a layer.");
            assertThatThrownBy(() -> rows(engine, "SELECT * FROM placement(1, 'prompt', 2, 2, 1)"))
                    .hasMessage("replicas is 2; it must be at least 4, the number of experts of a layer.");
            assertThatThrownBy(() -> rows(engine, "SELECT * FROM placement(1, 'prompt', 2, 5, 1)"))
                    .hasMessage("replicas is 5; it must be a multiple of ranks, which is 2.");
        }
    }

    /**
     * The default map puts 0 1 and 2 3 together: loads 4 2 and 2 2. The map of the second question puts 0 2 and 1 3 together,
     * which gives the first 5 1; the map of the first puts 0 3 and 1 2 together, which gives both questions even loads.
     */
    @Test
    void mapsAreScoredOnTheOtherHalf() throws Exception {
        try (RoutingFile file = twoQuestions().file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(engine, """
                    SELECT layer, n, verdict, default_efficiency, held_out, in_sample, bound, gain, low, high, moved
                    FROM placement(1, 'prompt', 2, 4, 1)
                    """);
            assertThat(rows).hasSize(1);
            assertThat(rows.get(0)).startsWith(0, 2L, "unclear");
            // The two batches are a third above and below the ratio of 7 / 6: sqrt(2 (1/9 + 1/9)) / 6 = 1 / 9.
            assertNumbers(
                    rows.get(0).subList(3, 11),
                    5.0 / 6,
                    5.0 / 7,
                    1,
                    1,
                    -1.0 / 6,
                    -1.0 / 6 - 1.959963984540054 / 9,
                    -1.0 / 6 + 1.959963984540054 / 9,
                    2);
            // The second question puts 2 0 0 and 3 1 1 together, which gives the first 5 1; the first puts 0 1 2 and 0
            // 2 3
            // together, which gives itself 3.5 2.5 and the second 2 2.
            assertNumbers(
                    rows(engine, "SELECT held_out, in_sample FROM placement(1, 'prompt', 2, 6, 1)")
                            .get(0),
                    5.0 / 7,
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
                QueryEngine engine = new QueryEngine(file::reader)) {
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
     * A third question loads 1 0 1 2; the experts have 5 2 4 3. Of two tokens of each expert the first question gives 2 1 2 0,
     * which are 5, the second 1 1 1 1, the third 1 0 1 2. After the first, 0 1 0 2 are lacking: the second and the third give 2.
     */
    @Test
    void fewQuestionsGiveEveryExpertTokens() throws Exception {
        try (RoutingFile file = twoQuestions()
                        .question(1, 3, "s", true, "3:.5 2:.25", "3:.5 0:.25")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            String sql = """
                    SELECT place, question_id, subject, tokens, tokens_so_far, experts, below, short
                    FROM calibration_questions(1, 'prompt', %d) ORDER BY place
                    """;
            assertThat(rows(engine, sql.formatted(2)))
                    .containsExactly(
                            List.of(1L, 1, "s", 3L, 3L, 4L, 2L, 0L),
                            List.of(2L, 2, "t", 2L, 5L, 4L, 1L, 0L),
                            List.of(3L, 3, "s", 2L, 7L, 4L, 0L, 0L));
            assertThat(rows(engine, "SELECT added FROM calibration_questions(1, 'prompt', 2) ORDER BY place"))
                    .containsExactly(List.of(5L), List.of(2L), List.of(1L));
            assertThat(rows(engine, sql.formatted(1)))
                    .as("question 2 has every expert")
                    .containsExactly(List.of(1L, 2, "t", 2L, 2L, 4L, 0L, 0L));
            // Four tokens have only experts 0 and 2, with all questions.
            assertThat(rows(engine, sql.formatted(4))).last().isEqualTo(List.of(3L, 3, "s", 2L, 7L, 4L, 2L, 2L));
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
