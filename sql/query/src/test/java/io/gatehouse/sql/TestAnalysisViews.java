package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.testing.store.RoutingFile;
import java.sql.Connection;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The views on a routing made by hand: one layer of four experts, two of them chosen, three questions of two prompt
 * tokens each. Questions 1 and 2 are answered correctly, 3 is not.
 *
 * <pre>
 * question   token 0   token 1, the last
 *        1   0 1       0 2
 *        2   0 2       0 2
 *        3   3 0       2 1
 * </pre>
 */
final class TestAnalysisViews {
    private static final String ROUTING = """
            INSERT INTO runs
                (run_id, name, model, fingerprint, architecture, layers, experts, top_k, quiz, prompt_format, shots,
                 recorded, precision, device, status, questions, started_at, finished_at, gatehouse_version)
            VALUES
                (1, 'whole', 'm', 'f', 'a', 1, 4, 2, 'quiz', 'hendrycks', 0, 'prompt', 'exact', 'cpu', 'complete', 3,
                 TIMESTAMP '2026-01-01 00:00:00', NULL, '0'),
                (2, 'last', 'm', 'f', 'a', 1, 4, 2, 'quiz', 'hendrycks', 0, 'last_prompt', 'exact', 'cpu', 'complete', 3,
                 TIMESTAMP '2026-01-01 00:00:00', NULL, '0');
            INSERT INTO questions VALUES
                (1, 'quiz', 's', 1, 'q', ['a', 'b'], 'A'),
                (2, 'quiz', 's', 2, 'q', ['a', 'b'], 'A'),
                (3, 'quiz', 's', 3, 'q', ['a', 'b'], 'A');
            INSERT INTO answers VALUES
                (1, 1, 0, 'A', TRUE, [-1, -2], 0, 'A', 2),
                (1, 2, 0, 'A', TRUE, [-1, -2], 0, 'A', 2),
                (1, 3, 0, 'B', FALSE, [-2, -1], 1, 'B', 2),
                (2, 1, 0, 'A', TRUE, [-1, -2], 0, 'A', 2);
            INSERT INTO facts VALUES
                (1, 1, 0, 0, false, [0, 1], [0.5, 0.25], 1.0, 0.125, 0.25, 0),
                (1, 1, 1, 0, true, [0, 2], [0.5, 0.25], 0.5, 0.5, 0.5, 0),
                (1, 2, 0, 0, false, [0, 2], [0.5, 0.25], 0.25, 0.25, 0.25, 0),
                (1, 2, 1, 0, true, [0, 2], [0.5, 0.25], 0.75, 0.625, 0.75, 0),
                (1, 3, 0, 0, false, [3, 0], [0.5, 0.25], 1.25, 0.375, 0.25, 0),
                (1, 3, 1, 0, true, [2, 1], [0.5, 0.25], 1.0, 0.375, 1.0, 0),
                (2, 1, 1, 0, true, [0, 2], [0.5, 0.25], 0.5, 0.5, 0.5, 0);
            """;

    @Test
    @ByHand("unused_experts")
    void unusedExpertsCountsWhoNeverFiredAtTheScope() throws Exception {
        try (RoutingFile file = routing();
                QueryEngine engine = new QueryEngine(file::reader)) {
            // Expert 3 fires once, at a token that is not the last of its prompt.
            assertThat(rows(engine, """
                            SELECT run_id, scope, layer, experts, unused, unused_share, n, tokens
                            FROM unused_experts ORDER BY run_id, scope
                            """))
                    .containsExactly(
                            List.of(1, "last_prompt", 0, 4L, 1L, 0.25, 3L, 3L),
                            List.of(1, "prompt", 0, 4L, 0L, 0.0, 3L, 6L),
                            List.of(2, "last_prompt", 0, 4L, 2L, 0.5, 1L, 1L));
        }
    }

    @Test
    @ByHand("gate_entropy")
    void gateEntropyAveragesOverTheTokensOfTheScope() throws Exception {
        try (RoutingFile file = routing();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(engine, """
                    SELECT scope, n, mean_token_entropy, mean_token_top_k_entropy, mean_mass, uniform_entropy,
                        uniform_top_k_entropy, normalised_token_entropy, normalised_token_top_k_entropy
                    FROM gate_entropy WHERE run_id = 1 ORDER BY scope
                    """);
            // (0.5 + 0.75 + 1.0) / 3, (0.5 + 0.625 + 0.375) / 3, (0.5 + 0.75 + 1.0) / 3
            assertThat(rows.get(0).subList(0, 5)).isEqualTo(List.of("last_prompt", 3L, 0.75, 0.5, 0.75));
            // 4.75 / 6, 2.25 / 6, 3 / 6
            assertThat(rows.get(1).subList(0, 5)).isEqualTo(List.of("prompt", 6L, 4.75 / 6, 0.375, 0.5));
            for (List<@Nullable Object> row : rows) {
                double entropy = (double) row.get(2);
                double topKEntropy = (double) row.get(3);
                assertThat((double) row.get(5)).isEqualTo(Math.log(4), within(1e-15));
                assertThat((double) row.get(6)).isEqualTo(Math.log(2), within(1e-15));
                assertThat((double) row.get(7)).isEqualTo(entropy / Math.log(4), within(1e-15));
                assertThat((double) row.get(8)).isEqualTo(topKEntropy / Math.log(2), within(1e-15));
            }
        }
    }

    @Test
    void gateEntropyOfOneExpertHasNoShareOfItsMaximum() throws Exception {
        try (RoutingFile file = RoutingFile.empty();
                QueryEngine engine = new QueryEngine(file::reader)) {
            file.execute("""
                    INSERT INTO runs
                        (run_id, name, model, fingerprint, architecture, layers, experts, top_k, quiz, prompt_format, shots,
                         recorded, precision, device, status, questions, started_at, finished_at, gatehouse_version)
                    VALUES
                        (1, 'r', 'm', 'f', 'a', 1, 1, 1, 'quiz', 'hendrycks', 0, 'prompt', 'exact', 'cpu', 'complete', 1,
                         TIMESTAMP '2026-01-01 00:00:00', NULL, '0');
                    INSERT INTO facts VALUES (1, 1, 0, 0, true, [0], [1], 0, 0, 1, 0);
                    """);
            assertThat(rows(engine, "SELECT normalised_token_entropy FROM gate_entropy WHERE scope = 'prompt'"))
                    .containsExactly(Collections.singletonList(null));
        }
    }

    @Test
    @ByHand("expert_accuracy")
    void expertAccuracyCountsEachQuestionOnce() throws Exception {
        try (RoutingFile file = routing();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, """
                            SELECT scope, expert, n, correct FROM expert_accuracy
                            WHERE run_id = 1 ORDER BY scope, expert
                            """))
                    .containsExactly(
                            List.of("last_prompt", 0, 2L, 2L),
                            List.of("last_prompt", 1, 1L, 0L),
                            List.of("last_prompt", 2, 3L, 2L),
                            List.of("last_prompt", 3, 0L, 0L),
                            List.of("prompt", 0, 3L, 2L),
                            List.of("prompt", 1, 2L, 1L),
                            List.of("prompt", 2, 3L, 2L),
                            List.of("prompt", 3, 1L, 0L));
        }
    }

    /** Bounds are the roots x of (p - x)^2 = z^2 x (1 - x) / n, worked out with forty digits. */
    @Test
    @ByHand("expert_accuracy")
    void expertAccuracyHasWilsonsIntervalAndALiftAgainstTheRun() throws Exception {
        try (RoutingFile file = routing();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(engine, """
                    SELECT accuracy, wilson_low, wilson_high, lift FROM expert_accuracy
                    WHERE run_id = 1 AND scope = 'last_prompt' ORDER BY expert
                    """);
            double run = 2.0 / 3;
            assertNumbers(rows.get(0), 1.0, 0.3423802275066531, 1.0, 1 - run);
            assertNumbers(rows.get(1), 0.0, 0.0, 0.7934506856227626, -run);
            assertNumbers(rows.get(2), run, 0.20765960080204776, 0.9385080552796038, 0.0);
            assertThat(rows.get(3)).containsOnlyNulls();
        }
    }

    @Test
    void rollupsGiveWhatTheFactsGive() throws Exception {
        try (RoutingFile file = RoutingFile.filled();
                QueryEngine engine = new QueryEngine(file::reader);
                Connection duckDb = file.reader()) {
            List<List<@Nullable Object>> fromFacts = Rows.of(duckDb, """
                            SELECT s.scope, a.run_id, a.layer, a.expert, count(DISTINCT a.question_id) AS n,
                                count(DISTINCT a.question_id) FILTER (WHERE w.correct) AS correct
                            FROM activations AS a
                            JOIN runs AS r ON r.run_id = a.run_id
                            JOIN (VALUES ('last_prompt'), ('prompt')) AS s(scope)
                                ON a.is_last_prompt AND s.scope = 'last_prompt' OR (s.scope = 'prompt' AND r.recorded = 'prompt')
                            JOIN answers AS w ON w.run_id = a.run_id AND w.question_id = a.question_id
                            GROUP BY ALL ORDER BY ALL
                            """).rows();
            assertThat(rows(engine, """
                            SELECT scope, run_id, layer, expert, n, correct FROM expert_accuracy
                            WHERE n > 0 ORDER BY scope, run_id, layer, expert
                            """)).isEqualTo(fromFacts).hasSizeGreaterThan(40);
        }
    }

    private static RoutingFile routing() throws Exception {
        RoutingFile file = RoutingFile.empty();
        file.execute(ROUTING);
        return file;
    }

    private static List<List<@Nullable Object>> rows(QueryEngine engine, String sql) {
        return Rows.of(engine, sql).rows();
    }

    private static void assertNumbers(List<@Nullable Object> actual, double... expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual.get(i)).isEqualTo(expected[i], within(1e-12));
        }
    }
}
