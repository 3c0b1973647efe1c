package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.testing.store.HandMadeRouting;
import io.gatehouse.testing.store.RoutingFile;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The views about serving, on a routing made by hand: one layer of four experts, two of them chosen, two questions of
 * three and two tokens.
 *
 * <pre>
 * question   token 0   token 1   token 2
 *        1   0 1       0 2       0 2, the last
 *        2   3 0       2 1, the last
 * </pre>
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestServingViews {
    private RoutingFile file;
    private QueryEngine engine;

    @BeforeAll
    void open() throws Exception {
        file = routing().file();
        engine = new QueryEngine(file::reader);
    }

    @AfterAll
    void close() throws Exception {
        engine.close();
        file.close();
    }

    private static HandMadeRouting routing() {
        return new HandMadeRouting()
                .run(1, "r", 1, 4, 2, "prompt")
                .question(1, 1, "s", true, "0:.5 1:.25", "0:.5 2:.25", "0:.5 2:.25")
                .question(1, 2, "t", false, "3:.5 0:.25", "2:.5 1:.25");
    }

    /** Windows of two have 0 1 2, 0 2 and 0 1 2 3. The experts have 4, 2, 3 and 1 of the five tokens. */
    @Test
    @ByHand("working_set")
    void neighboursShareExperts() {
        List<List<@Nullable Object>> windows = rows(engine, """
                SELECT tokens, n, experts, distinct_experts, over_k, uniform FROM working_set
                WHERE scope = 'prompt' AND tokens_from = 'window' ORDER BY tokens
                """);
        assertThat(windows).hasSize(2);
        assertThat(windows.get(0)).startsWith(1, 5L, 4);
        assertNumbers(windows.get(0).subList(3, 6), 2, 1, 2);
        assertThat(windows.get(1)).startsWith(2, 3L, 4);
        assertNumbers(windows.get(1).subList(3, 6), 3, 1.5, 3);
        List<List<@Nullable Object>> batches = rows(engine, """
                SELECT tokens, n, experts, distinct_experts, over_k, uniform FROM working_set
                WHERE scope = 'prompt' AND tokens_from = 'batch' ORDER BY tokens
                """);
        assertThat(batches).hasSize(3);
        assertNumbers(batches.get(0).subList(3, 6), 2, 1, 2);
        // Of the ten pairs of tokens expert 0 is in all, 1 in seven, 2 in nine and 3 in four.
        assertThat(batches.get(1)).startsWith(2, 5L, 4);
        assertNumbers(batches.get(1).subList(3, 6), 3, 1.5, 3);
        // Of the five sets of four tokens all but expert 3 are in all, and 3 is in four.
        assertNumbers(batches.get(2).subList(3, 6), 3.8, 1.9, 4 * (1 - 1 / 16.0));
        // The last tokens have 0 2 and 2 1.
        assertNumbers(rows(engine, """
                        SELECT tokens, n, distinct_experts FROM working_set
                        WHERE scope = 'last_prompt' AND tokens = 2
                        """).get(0), 2, 2, 3);
    }

    /** One token after another: 1 of 2, 2 of 2 and 0 of 2 experts stay; two tokens later: 1 of 2. */
    @Test
    void reuseFallsWithTheLag() {
        assertThat(rows(engine, "SELECT lag, n, reuse FROM expert_reuse WHERE scope = 'prompt' ORDER BY lag"))
                .containsExactly(List.of(1, 3L, 0.5), List.of(2, 1L, 0.5));
        assertThat(rows(engine, "SELECT lag, n, reuse FROM expert_reuse WHERE scope = 'last_prompt' ORDER BY lag"))
                .containsExactly(List.of(1, 2L, 0.5), List.of(2, 1L, 0.5));
    }

    /** Of the six activations after a first token, three experts fired at the token before; 0 2 fired at one of two. */
    @Test
    @ByHand("reuse_distance")
    void expertsFiredNotLongBefore() {
        assertThat(
                        rows(
                                engine,
                                "SELECT distance, n, within, uniform FROM reuse_distance WHERE scope = 'prompt' ORDER BY distance"))
                .containsExactly(List.of(1, 6L, 0.5, 0.5), List.of(2, 2L, 1.0, 0.75));
        assertThat(rows(
                        engine,
                        "SELECT distance, n, within FROM reuse_distance WHERE scope = 'last_prompt' ORDER BY distance"))
                .containsExactly(List.of(1, 4L, 0.5), List.of(2, 2L, 1.0));
    }

    /** Without token 1 of question 1 no two of its tokens are neighbours. */
    @Test
    void tokensThatWereNotRecordedPartTheirNeighbours() throws Exception {
        try (RoutingFile parted = routing().file();
                Connection connection = parted.writer();
                Statement statement = connection.createStatement();
                QueryEngine partedEngine = new QueryEngine(parted::reader)) {
            statement.execute("DELETE FROM decisions WHERE question_id = 1 AND \"position\" = 1");
            List<List<@Nullable Object>> windows = rows(partedEngine, """
                    SELECT tokens, n, distinct_experts FROM working_set
                    WHERE scope = 'prompt' AND tokens_from = 'window' ORDER BY tokens
                    """);
            assertThat(windows).hasSize(2);
            assertNumbers(windows.get(0), 1, 4, 2);
            assertNumbers(windows.get(1), 2, 1, 4);
            assertThat(rows(partedEngine, "SELECT lag, n FROM expert_reuse WHERE scope = 'prompt'"))
                    .containsExactly(List.of(1, 1L));
            assertThat(rows(partedEngine, "SELECT distance, n FROM reuse_distance WHERE scope = 'prompt'"))
                    .containsExactly(List.of(1, 2L));
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
