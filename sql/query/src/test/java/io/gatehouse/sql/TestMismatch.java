package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.store.Store;
import io.gatehouse.store.transfer.ImportedRun;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.testing.store.HandMadeRouting;
import io.gatehouse.testing.store.RoutingFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table functions routing_mismatch and token_mismatch. */
final class TestMismatch {
    private static final String BY_LAYER = """
            SELECT layer, sum(n), sum(set_differs), sum(first_differs), sum(exchanged), sum(top_1_differs),
                sum(weight_distance * n) / sum(n)
            FROM routing_mismatch(1, %d) GROUP BY layer ORDER BY layer
            """;

    /**
     * Two layers, four tokens. The first token has another expert in both layers, the third one in the second layer; the
     * fourth has the same experts there in the other order.
     */
    private static HandMadeRouting twoRuns() {
        return new HandMadeRouting()
                .run(1, "a", 2, 4, 2, "prompt")
                .run(2, "b", 2, 4, 2, "prompt")
                .question(1, 1, "s", true, "0:.5 1:.5 / 0:.75 1:.25", "0:.5 1:.5 / 2:.75 3:.25")
                .question(1, 2, "s", true, "0:.5 1:.5 / 0:.75 1:.25", "0:.5 1:.5 / 2:.75 3:.25")
                .question(2, 1, "s", true, "0:.5 2:.5 / 0:.75 2:.25", "0:.5 1:.5 / 2:.75 3:.25")
                .question(2, 2, "s", true, "0:.5 1:.5 / 0:.5 3:.5", "0:.5 1:.5 / 3:.75 2:.25");
    }

    @Test
    void decisionsDifferByTheirSets() throws Exception {
        try (RoutingFile file = twoRuns().file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(engine, BY_LAYER.formatted(2));
            assertThat(rows).hasSize(2);
            // Half of the weight of one token of four has moved.
            assertNumbers(rows.get(0), 0, 4, 1, 1, 1, 0, 0.5 / 4);
            // A quarter of one token, half of the next and half of the last.
            assertNumbers(rows.get(1), 1, 4, 2, 1, 2, 1, (0.25 + 0.5 + 0.5) / 4);
            assertThat(rows(engine, "SELECT * FROM token_mismatch(1, 2)"))
                    .singleElement()
                    .satisfies(row -> {
                        assertThat(row).startsWith("prompt", 4L, 2L, 2L, 0.5);
                        assertNumbers(row.subList(5, 8), 1 - 0.75 * 0.5, 3 / 8.0, 0.5);
                    });
            assertThat(rows(
                            engine,
                            "SELECT max(set_differs), max(top_1_differs), max(weight_distance)"
                                    + " FROM routing_mismatch(1, 1)"))
                    .as("a run and itself")
                    .containsExactly(List.of(0L, 0L, 0.0));
            assertThat(rows(engine, "SELECT differing, expected_share, mean_first_layer FROM token_mismatch(1, 1)"))
                    .containsExactly(Arrays.asList(0L, 0.0, null));
        }
    }

    /** Of one layer, three of four tokens have the same experts. */
    @Test
    void importsOfTheSameSequencesAreCompared(@TempDir Path directory) throws Exception {
        try (Store store = Store.create(directory.resolve("imports.duckdb"))) {
            store.importRun(imported("rollout", 0, 1, 2, 3, 0, 1, 2, 3), "test");
            store.importRun(imported("trainer", 1, 0, 2, 3, 0, 2, 2, 3).withQuestionsOf("rollout"), "test");
            try (QueryEngine engine = new QueryEngine(store)) {
                assertThat(rows(engine, "SELECT phase, n, differing FROM token_mismatch(1, 2)"))
                        .containsExactlyInAnyOrder(List.of("prompt", 3L, 1L), List.of("generated", 1L, 0L));
                assertThat(rows(engine, "SELECT CAST(sum(set_differs) AS BIGINT) FROM routing_mismatch(1, 2)"))
                        .containsExactly(List.of(1L));
                assertThat(rows(engine, "SELECT n, same_set FROM run_difference WHERE run_id = 1 AND scope = 'prompt'"))
                        .containsExactly(List.of(3L, 2 / 3.0));
            }
        }
    }

    /** A prompt of three tokens and one that was generated, two experts each. */
    private static ImportedRun imported(String name, int... experts) {
        TracedLayer layer = new TracedLayer(0, 2, new int[] {0, 1, 2, 3}, experts, false, new float[0], new float[0]);
        TracedSequence sequence = new TracedSequence("a", Optional.empty(), "", new int[0], 3, List.of(layer));
        return ImportedRun.of(name, "test", "m", 1, 4, 2, Map.of(), List.of(sequence), List.of());
    }

    /** From a token on that is another one, the texts are not the same. */
    @Test
    void tokensAreComparedWhileTheTextIsTheSame() throws Exception {
        try (RoutingFile file = twoRuns()
                        .and(
                                "UPDATE tokens SET token_id = 99 WHERE run_id = 2 AND question_id = 2 AND \"position\" = 0;")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, "SELECT n, differing FROM token_mismatch(1, 2)"))
                    .containsExactly(List.of(2L, 1L));
            assertThat(rows(engine, "SELECT CAST(sum(n) AS BIGINT) FROM routing_mismatch(1, 2)"))
                    .containsExactly(List.of(4L));
        }
    }

    /** Where nothing says the order and the weights, the sets are compared all the same. */
    @Test
    void whatIsNotKnownIsNull() throws Exception {
        try (RoutingFile file = twoRuns().file();
                Connection connection = file.writer();
                Statement statement = connection.createStatement();
                QueryEngine engine = new QueryEngine(file::reader)) {
            statement.execute("""
                    UPDATE decisions SET ranked = false, weight_1 = NULL, weight_2 = NULL, margin = NULL WHERE run_id = 1
                    """);
            assertThat(rows(engine, """
                            SELECT layer, margin_tenth, n, most_margin, top_1_differs, set_differs, weight_distance
                            FROM routing_mismatch(1, 2) ORDER BY layer
                            """))
                    .containsExactly(
                            Arrays.asList(0, 1L, 4L, null, null, 1L, null),
                            Arrays.asList(1, 1L, 4L, null, null, 2L, null));
        }
    }

    /** It counts what run_difference averages, and the tenths are tenths. */
    @Test
    void isTheDifferenceOfTheRuns() throws Exception {
        try (RoutingFile file = RoutingFile.comparable();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, """
                            SELECT d.layer FROM run_difference AS d
                            JOIN (
                                SELECT layer, sum(n) AS n, sum(set_differs) AS sets, sum(top_1_differs) AS firsts,
                                    sum(exchanged) AS exchanged, min(n) AS least, max(n) AS most
                                FROM routing_mismatch(1, 3) GROUP BY layer
                            ) AS m ON m.layer = d.layer
                            WHERE d.run_id = 1 AND d.other_run_id = 3 AND d.scope = 'prompt' AND d.n = m.n
                                AND abs(1 - d.same_set - m.sets / m.n) < 1e-9
                                AND abs(1 - d.top_1_agreement - m.firsts / m.n) < 1e-9
                                AND abs(1 - d.saturation - m.exchanged / (2 * m.n)) < 1e-9 AND m.most <= m.least + 1
                            ORDER BY d.layer
                            """)).containsExactly(List.of(0), List.of(1), List.of(2));
            assertThat(rows(engine, """
                            SELECT sum(m.first_differs) = any_value(t.differing)
                            FROM routing_mismatch(1, 3) AS m JOIN token_mismatch(1, 3) AS t ON t.phase = m.phase
                            """)).containsExactly(List.of(true));
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
