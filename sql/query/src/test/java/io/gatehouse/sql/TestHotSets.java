package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.testing.store.HandMadeRouting;
import io.gatehouse.testing.store.RoutingFile;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The table functions hot_set, hot_set_of_model and subject_hot_set. */
final class TestHotSets {
    /** The questions load the four experts with 3 1 2 0 and 1 1 1 1. */
    private static HandMadeRouting twoQuestions() {
        return new HandMadeRouting()
                .run(1, "r", 1, 4, 2, "prompt")
                .question(1, 1, "s", true, "0:.5 1:.25", "0:.5 2:.25", "0:.5 2:.25")
                .question(1, 2, "t", false, "3:.5 0:.25", "2:.5 1:.25");
    }

    /**
     * Two experts, chosen on one question and scored on the other: 0 1 have 4 of the 6 activations of the first, 0 2 have 2
     * of the 4 of the second. Of the five tokens one has 0 1 in the first.
     */
    @Test
    void setsAreScoredOnWhatTheyWereNotChosenOn() throws Exception {
        try (RoutingFile file = twoQuestions().file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(engine, """
                    SELECT layer, n, resident, held_out, in_sample, oracle, uniform, gain_share, whole_tokens,
                        activations_per_expert, verdict
                    FROM hot_set(1, 'prompt', 2, 2)
                    """);
            assertThat(rows).hasSize(1);
            assertThat(rows.get(0)).startsWith(0, 2L, 2);
            assertNumbers(rows.get(0).subList(3, 10), 0.6, 0.7, 0.7, 0.5, 0.5, 0.2, 1.25);
            assertThat(rows.get(0)).endsWith("too few tokens");
            // With one layer the experts of all layers are those of the layer.
            assertNumbers(rows(engine, """
                            SELECT held_out, in_sample, oracle, uniform, gain_share, activations_per_expert, n, resident
                            FROM hot_set_of_model(1, 'prompt', 2, 2)
                            """).get(0), 0.6, 0.7, 0.7, 0.5, 0.5, 1.25, 2, 2);
            // All experts serve all; no more can be gained.
            assertThat(
                            rows(
                                    engine,
                                    "SELECT resident, held_out, uniform, gain_share, whole_tokens FROM hot_set(1, 'prompt', 9, 2)"))
                    .containsExactly(Arrays.asList(4, 1.0, 1.0, null, 1.0));
        }
    }

    /**
     * Two questions of 100 tokens and four experts, of which one is kept: 60 tokens of each go to the same expert, or 25 to
     * each, or all of one question to one expert and all of the other to another one.
     */
    @Test
    void verdictsFollowTheirThresholds() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "gain", 1, 4, 1, "prompt")
                        .question(1, 1, "s", true, tokens(60, 20, 10, 10))
                        .question(1, 2, "s", true, tokens(60, 10, 20, 10))
                        .run(2, "even", 1, 4, 1, "prompt")
                        .question(2, 1, "s", true, tokens(25, 25, 25, 25))
                        .question(2, 2, "s", true, tokens(25, 25, 25, 25))
                        .run(3, "apart", 1, 4, 1, "prompt")
                        .question(3, 1, "s", true, tokens(100, 0, 0, 0))
                        .question(3, 2, "s", true, tokens(0, 100, 0, 0))
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            String sql = "SELECT held_out, verdict FROM %s(%d, 'prompt', 1, 2)";
            for (String function : List.of("hot_set", "hot_set_of_model")) {
                assertThat(rows(engine, sql.formatted(function, 1))).containsExactly(List.of(0.6, "gain"));
                assertThat(rows(engine, sql.formatted(function, 2))).containsExactly(List.of(0.25, "no gain"));
                assertThat(rows(engine, sql.formatted(function, 3))).containsExactly(List.of(0.0, "overfitted"));
            }
        }
    }

    /** Tokens of which so many go to each expert. */
    private static String[] tokens(int... ofExperts) {
        return IntStream.range(0, ofExperts.length)
                .boxed()
                .flatMap(expert -> Collections.nCopies(ofExperts[expert], expert + ":1").stream())
                .toArray(String[]::new);
    }

    /**
     * A third question of subject s has 1 0 1 2. Two experts of s are 0 2 with 2 of the 4 activations of t; those of t are 0
     * 1 with 5 of the 10 of s. Of s itself each question is scored with the experts of the other one, 0 2 and 0 3: 2 of 4 and
     * 3 of 6.
     */
    @Test
    void subjectsHaveSetsOfTheirOwn() throws Exception {
        try (RoutingFile file = twoQuestions()
                        .question(1, 3, "s", true, "3:.5 2:.25", "3:.5 0:.25")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(engine, """
                    SELECT subject, other_subject, n, resident, capture, oracle, uniform, coalesce(gain_share, -1)
                    FROM subject_hot_set(1, 'prompt', 2) ORDER BY subject, other_subject
                    """);
            assertThat(rows).hasSize(3);
            assertThat(rows.get(0)).startsWith("s", "s", 2L, 2);
            assertNumbers(rows.get(0).subList(4, 8), 0.5, 0.8, 0.5, 0);
            assertThat(rows.get(1)).startsWith("s", "t", 1L, 2);
            assertNumbers(rows.get(1).subList(4, 8), 0.5, 0.5, 0.5, -1);
            assertThat(rows.get(2)).startsWith("t", "s", 2L, 2);
            assertNumbers(rows.get(2).subList(4, 8), 0.5, 0.7, 0.5, 0);
        }
    }

    @Test
    void propertiesHoldOfRoutingAtRandom() throws Exception {
        long seed = 20_261_128;
        try (RoutingFile file = RandomRouting.file(seed, 6);
                QueryEngine engine = new QueryEngine(file::reader)) {
            for (int run = 1; run <= 12; run++) {
                assertThat(rows(engine, """
                                SELECT * FROM hot_set(%d, 'last_prompt', 2, 2)
                                WHERE NOT (held_out BETWEEN 0 AND oracle AND oracle <= 1 AND oracle >= uniform - 1e-9
                                    AND in_sample BETWEEN uniform - 1e-9 AND 1 AND coalesce(gain_share <= 1 + 1e-9, true)
                                    AND whole_tokens BETWEEN 0 AND 1)
                                """.formatted(run)))
                        .as("run %d of seed %d", run, seed)
                        .isEmpty();
                assertThat(rows(engine, """
                                SELECT * FROM subject_hot_set(%d, 'last_prompt', 2)
                                WHERE NOT (capture BETWEEN 0 AND oracle AND oracle <= 1 AND oracle >= uniform - 1e-9)
                                """.formatted(run)))
                        .as("subjects in run %d of seed %d", run, seed)
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
