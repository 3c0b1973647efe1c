package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.testing.store.HandMadeRouting;
import io.gatehouse.testing.store.RoutingFile;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The table function predictability. */
final class TestPredictability {
    /** Question 1 is learned from, as md5('1') comes before md5('2'), and question 2 is scored. */
    private static HandMadeRouting twoQuestions() {
        return new HandMadeRouting()
                .run(1, "r", 2, 4, 1, "prompt")
                .question(1, 1, "s", true, "0:1 / 3:1", "1:1 / 2:1", "0:1 / 3:1", "2:1 / 3:1")
                .question(1, 2, "s", true, "0:1 / 3:1", "1:1 / 3:1", "1:1 / 2:1");
    }

    /**
     * In layer 0 the order by uses is 0, 1, 2, 3, and the tokens use 0, 1, 1, of which the last one was used before. In
     * layer 1 it is 3, 2, 0, 1, and the tokens use 3, 3, 2. There 0 is followed by 3, 1 by 2: right for the first and the last
     * token; of the second one, all experts but 2 have the score 0, and 3 comes last.
     */
    @Test
    void scoresWhatWasNotLearned() throws Exception {
        try (RoutingFile file = twoQuestions().file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, """
                            SELECT layer, predictor, min(n), list(round(recall * n) ORDER BY predicted) AS hits, min(chance)
                            FROM predictability(1, 'prompt') GROUP BY layer, predictor ORDER BY layer, predictor
                            """))
                    .containsExactly(
                            List.of(0, "hot", 3L, List.of(1.0, 3.0, 3.0, 3.0), 0.25),
                            List.of(0, "previous", 2L, List.of(1.0), 0.25),
                            List.of(1, "coupled_1", 3L, List.of(2.0, 2.0, 2.0, 3.0), 0.25),
                            List.of(1, "hot", 3L, List.of(2.0, 3.0, 3.0, 3.0), 0.25),
                            List.of(1, "previous", 2L, List.of(1.0), 0.25));
            assertThat(rows(engine, "SELECT * FROM predictability(1, 'generated')"))
                    .isEmpty();
            assertThat(rows(engine, "SELECT * FROM predictability((SELECT 7), 'prompt')"))
                    .isEmpty();
            // No token has one before it.
            assertThat(rows(engine, "SELECT DISTINCT predictor FROM predictability(1, 'last_prompt') ORDER BY 1"))
                    .containsExactly(List.of("coupled_1"), List.of("hot"));
        }
    }

    /** Without an order of the experts of a token, only all of them are a prediction. */
    @Test
    void theTokenBeforeOrdersNothingThatHasNoOrder() throws Exception {
        HandMadeRouting routing = new HandMadeRouting()
                .run(1, "r", 1, 4, 2, "prompt")
                .question(1, 1, "s", true, "0:.5 1:.5", "0:.5 1:.5")
                .question(1, 2, "s", true, "0:.5 1:.5", "0:.5 2:.5");
        String sql =
                "SELECT predicted FROM predictability(1, 'prompt') WHERE predictor = 'previous' ORDER BY predicted";
        try (RoutingFile file = routing.file();
                Connection connection = file.writer();
                Statement statement = connection.createStatement();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, sql)).containsExactly(List.of(1), List.of(2));
            statement.execute("UPDATE decisions SET ranked = false");
            assertThat(rows(engine, sql)).containsExactly(List.of(2));
        }
    }

    /** Layer 0 at random; layer 1 has the next experts of layer 0, layer 2 those of layer 0 again. */
    @Test
    void findsWhatWasPlantedAndNothingElse() throws Exception {
        Random random = new Random(20_261_128);
        HandMadeRouting routing = new HandMadeRouting().run(1, "r", 3, 8, 2, "prompt");
        for (int question = 1; question <= 40; question++) {
            routing.question(
                    1,
                    question,
                    "s",
                    true,
                    IntStream.range(0, 25).mapToObj(token -> planted(random)).toArray(String[]::new));
        }
        try (RoutingFile file = routing.file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<List<@Nullable Object>> rows = rows(engine, """
                    SELECT layer, predictor, recall, chance, n FROM predictability(1, 'prompt')
                    WHERE predicted = 2 ORDER BY layer, predictor
                    """);
            assertThat(rows).hasSize(9);
            for (List<@Nullable Object> row : rows) {
                boolean planted =
                        List.of("1 coupled_1", "2 coupled_1", "2 coupled_2").contains(row.get(0) + " " + row.get(1));
                double recall = ((Number) row.get(2)).doubleValue();
                if (planted) {
                    assertThat(recall).as("%s", row).isEqualTo(1);
                } else {
                    // Four standard errors of a share of 1/4 of two experts of each token.
                    double tokens = ((Number) row.get(4)).doubleValue();
                    assertThat(recall)
                            .as("%s", row)
                            .isCloseTo(0.25, Offset.offset(4 * Math.sqrt(0.25 * 0.75 / (2 * tokens))));
                }
            }
        }
    }

    private static String planted(Random random) {
        List<Integer> chosen =
                new ArrayList<>(random.ints(0, 8).distinct().limit(2).boxed().toList());
        return IntStream.of(0, 1, 0)
                .mapToObj(shift -> chosen.stream()
                        .map(expert -> (expert + shift) % 8 + ":.5")
                        .collect(Collectors.joining(" ")))
                .collect(Collectors.joining(" / "));
    }

    private static List<List<@Nullable Object>> rows(QueryEngine engine, String sql) throws SQLException {
        return Rows.of(engine, sql).rows();
    }
}
