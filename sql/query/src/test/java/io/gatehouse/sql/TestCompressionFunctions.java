package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.testing.store.HandMadeRouting;
import io.gatehouse.testing.store.RoutingFile;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The table functions merge_groups, dropped_choices and dropped_misses. */
final class TestCompressionFunctions {
    /** Weights of four experts of a layer: the router rows of 0 and 2, and those of 1 and 3, are alike. */
    private static final String WEIGHTS = """
            INSERT INTO expert_weights
            SELECT 'f', 0, e, CASE WHEN e = 3 THEN 0 ELSE 1 END, 1, 1, 1 FROM range(4) AS r(e);
            INSERT INTO expert_weight_pairs VALUES
                ('f', 0, 0, 1, 0.5, 0, 0, 0), ('f', 0, 0, 2, 0.875, 0.5, 0.5, 0.5), ('f', 0, 0, 3, 0.25, 0, 0, 0),
                ('f', 0, 1, 2, 0.25, 0, 0, 0), ('f', 0, 1, 3, 0.75, 0.75, 0.75, 0.75), ('f', 0, 2, 3, NULL, 0, 0, 0);
            """;

    private static HandMadeRouting routing() {
        return new HandMadeRouting()
                .run(1, "r", 1, 4, 2, "prompt")
                .question(1, 1, "s", true, "0:.5 2:.25", "0:.5 2:.125", "0:.5 1:.5")
                .and(WEIGHTS);
    }

    /**
     * The distances of router rows are .125 of 0 and 2, .25 of 1 and 3, and of the two pairs .5, .75, .75 and 1, which has no
     * cosine. Of the six uses 0 has three, 2 two and 1 one.
     */
    @Test
    void expertsAreGroupedByTheirRouterRows() throws Exception {
        try (RoutingFile file = routing().file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            String sql = """
                    SELECT merge_group, expert, group_size, height, n, merge_weight, is_representative
                    FROM merge_groups(1, 'prompt', 0, 'router', %d) ORDER BY expert
                    """;
            assertThat(rows(engine, sql.formatted(2)))
                    .containsExactly(
                            List.of(0, 0, 2L, 0.125, 3L, 0.6, true),
                            List.of(1, 1, 2L, 0.25, 1L, 1.0, true),
                            List.of(0, 2, 2L, 0.125, 2L, 0.4, false),
                            List.of(1, 3, 2L, 0.25, 0L, 0.0, false));
            assertThat(
                            rows(
                                    engine,
                                    "SELECT DISTINCT merge_group, group_size, height FROM merge_groups(1, 'prompt', 0, 'router', 1)"))
                    .containsExactly(List.of(0, 4L, 0.75));
            // Of one expert that never fires there is no share.
            assertThat(rows(engine, sql.formatted(4)).get(3)).isEqualTo(Arrays.asList(3, 3, 1L, 0.0, 0L, null, true));
            assertThat(rows(engine, "SELECT * FROM merge_groups(1, 'prompt', 1, 'router', 2)"))
                    .isEmpty();
        }
    }

    /** The projections of 1 and 3 are nearer to each other than those of 0 and 2. */
    @Test
    void expertsAreGroupedByTheirWeights() throws Exception {
        try (RoutingFile file = routing().file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(
                            rows(
                                    engine,
                                    "SELECT merge_group, expert FROM merge_groups(1, 'prompt', 0, 'weights', 3) ORDER BY expert"))
                    .containsExactly(List.of(0, 0), List.of(1, 1), List.of(2, 2), List.of(1, 3));
        }
    }

    /**
     * Weights .5 .25, .5 .125 and .5 .5: half of the largest leaves out .125 and not .25. The sum of all weights is 2.375.
     */
    @Test
    void expertsOfLittleWeightAreLeftOut() throws Exception {
        try (RoutingFile file = routing().file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            String sql = """
                    SELECT layer, n, uses, left_out, left_out_share, experts_per_token, weight_lost
                    FROM dropped_choices(1, 'prompt', %s)
                    """;
            assertThat(rows(engine, sql.formatted(0.5)))
                    .containsExactly(List.of(0, 3L, 6L, 1L, 1 / 6.0, 5 / 3.0, 0.0526315789474));
            assertThat(rows(engine, sql.formatted(0))).containsExactly(List.of(0, 3L, 6L, 0L, 0.0, 2.0, 0.0));
            // Only the largest remain, and no part is more than that.
            assertThat(rows(engine, sql.formatted(1.5))).isEqualTo(rows(engine, sql.formatted(1)));
            assertThat(rows(engine, sql.formatted(1)).get(0).subList(3, 6)).isEqualTo(List.of(2L, 1 / 3.0, 4 / 3.0));
            assertThat(rows(engine, "SELECT n, left_out FROM dropped_choices(1, 'last_prompt', 1)"))
                    .containsExactly(List.of(1L, 0L));
            assertThat(rows(engine, "SELECT * FROM dropped_choices(1, 'generated', 1)"))
                    .isEmpty();
        }
    }

    /**
     * The second of two weights is uniform between 0 and the first, which is 1: a part p of the tokens loses it, and of all
     * weights p^2 / 2 of 3/2. The mean over 200 runs lies within three standard errors.
     */
    @Test
    void uniformWeightsAreLeftOutInProportion() throws Exception {
        int runs = 80;
        int tokens = 20;
        Random random = new Random(20_261_202);
        HandMadeRouting routing = new HandMadeRouting();
        for (int run = 1; run <= runs; run++) {
            String[] prompt = IntStream.range(0, tokens)
                    .mapToObj(token -> String.format(Locale.ROOT, "0:1 1:%.6f", random.nextDouble()))
                    .toArray(String[]::new);
            routing.run(run, "r" + run, 1, 2, 2, "prompt").question(run, 1, "s", true, prompt);
        }
        try (RoutingFile file = routing.file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = IntStream.rangeClosed(1, runs)
                    .mapToObj(run -> rows(
                                    engine,
                                    "SELECT left_out_share, weight_lost FROM dropped_choices(%d, 'prompt', 0.3)"
                                            .formatted(run))
                            .get(0))
                    .toList();
            assertMean(rows, 0, 0.15);
            assertMean(rows, 1, 0.03);
        }
    }

    /**
     * Experts of 1 MB and a cache of 2. The prompt leaves 0 and 1. The first token lacks 2, of .25 of 1; the second one lacks 3,
     * which has half of its weights; the third one lacks 2, of .625. So part 1 leaves out one of three, of .25 of 3.
     */
    @Test
    void missingExpertsOfLittleWeightAreLeftOut() throws Exception {
        HandMadeRouting routing = new HandMadeRouting()
                .run(1, "r", 1, 4, 2, "prompt")
                .question(1, 1, "s", true, "0:.5 1:.5")
                .generated(1, 1, 1, "0:.75 2:.25", "0:.5 3:.5", "2:.625 3:.375")
                .run(2, "without generated tokens", 1, 4, 2, "prompt")
                .question(2, 1, "s", true, "0:.5 1:.5");
        try (RoutingFile file = routing.file();
                QueryEngine engine = new QueryEngine(file::reader);
                Connection writer = file.writer();
                Statement statement = writer.createStatement()) {
            String sql = """
                    SELECT n, misses, left_out, reads_saved, weight_lost, read_gb, saved_gb
                    FROM dropped_misses(1, 2, %s)
                    """;
            assertThatThrownBy(() -> rows(engine, sql.formatted(1)))
                    .hasMessageContaining("Run 1 does not say how large an expert of layer 0 is");
            statement.execute("UPDATE layers SET expert_bytes = 1_000_000");
            assertThat(rows(engine, sql.formatted(1)))
                    .containsExactly(List.of(6L, 3L, 1L, 1 / 3.0, 0.0833333333333, 0.003, 0.001));
            assertThat(rows(engine, sql.formatted(2))).isEqualTo(rows(engine, sql.formatted(1)));
            assertThat(rows(engine, sql.formatted(0.5))).containsExactly(List.of(6L, 3L, 0L, 0.0, 0.0, 0.003, 0.0));
            assertThat(rows(engine, sql.formatted(0)))
                    .containsExactly(Arrays.asList(6L, 3L, 0L, 0.0, null, 0.003, 0.0));
            assertThat(rows(engine, "SELECT * FROM dropped_misses(2, 2, 1)")).isEmpty();
            statement.execute("UPDATE decisions SET weight_2 = NULL WHERE is_generated");
            assertThatThrownBy(() -> rows(engine, sql.formatted(1)))
                    .hasMessage("Run 1 has no weights of experts in layer 0, by which experts are left out.");
        }
    }

    /**
     * Nothing is ever found, and the second of two weights is uniform between 0 and the first, which is 1. It is below half of
     * the mean if it is below 1/3: one of six is left out, and of all weights 1/18 of 3/2. The mean over 200 runs lies within
     * three standard errors.
     */
    @Test
    void missesOfUniformWeightsAreLeftOutInProportion() throws Exception {
        int runs = 80;
        Random random = new Random(20_261_205);
        HandMadeRouting routing = new HandMadeRouting();
        for (int run = 1; run <= runs; run++) {
            String[] tokens = IntStream.range(0, 10)
                    .mapToObj(token -> String.format(
                            Locale.ROOT, token % 2 == 0 ? "0:1 1:%.6f" : "2:1 3:%.6f", random.nextDouble()))
                    .toArray(String[]::new);
            routing.run(run, "r" + run, 1, 4, 2, "prompt")
                    .question(run, 1, "s", true, "2:1 3:1")
                    .generated(run, 1, 1, tokens);
        }
        try (RoutingFile file = routing.file();
                QueryEngine engine = new QueryEngine(file::reader);
                Connection writer = file.writer();
                Statement statement = writer.createStatement()) {
            statement.execute("UPDATE layers SET expert_bytes = 5");
            List<List<@Nullable Object>> rows = IntStream.rangeClosed(1, runs)
                    .mapToObj(run -> rows(
                                    engine,
                                    "SELECT reads_saved, weight_lost FROM dropped_misses(%d, 0, 0.5) WHERE misses = 20"
                                            .formatted(run))
                            .get(0))
                    .toList();
            assertMean(rows, 0, 1 / 6.0);
            assertMean(rows, 1, 1 / 27.0);
        }
    }

    private static void assertMean(List<List<@Nullable Object>> rows, int column, double answer) {
        double[] values = rows.stream()
                .mapToDouble(row -> (double) requireNonNull(row.get(column)))
                .toArray();
        SampleMean.assertIs(answer, values, 3);
    }

    private static List<List<@Nullable Object>> rows(QueryEngine engine, String sql) {
        return Rows.of(engine, sql).rows();
    }
}
