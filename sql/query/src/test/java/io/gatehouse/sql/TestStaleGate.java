package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.sql.prediction.StaleGate;
import io.gatehouse.sql.prediction.StaleGate.Misses;
import io.gatehouse.testing.store.HandMadeRouting;
import io.gatehouse.testing.store.RoutingFile;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The table function stale_gate. */
final class TestStaleGate {
    private static final int EXPERTS = 8;
    private static final int TOP_K = 2;

    /**
     * In layer 1 the tokens use 1, 2, 1, 3, and the stale gate names 1, 1, 1, 2: right for the first and the third. Without a
     * cache, or with one slot, all four miss. From two slots on the third one hits, and one of three misses is named.
     */
    @Test
    void scoresTheMissesOfEachCache() throws Exception {
        HandMadeRouting routing = new HandMadeRouting()
                .run(1, "r", 2, 4, 1, "prompt")
                .question(1, 1, "s", true, "0:1 / 1:1", "0:1 / 2:1", "0:1 / 1:1", "0:1 / 3:1");
        try (RoutingFile file = routing.file();
                QueryEngine engine = new QueryEngine(file::reader);
                Connection writer = file.writer();
                Statement statement = writer.createStatement()) {
            assertThatThrownBy(() -> rows(engine, "SELECT * FROM stale_gate(1, 'prompt')"))
                    .hasMessage(
                            "run of stale_gate is 1, which did not record the choice of routers from an earlier state"
                                    + " (gatehouse run --record-lookahead); no run of the file did.");
            statement.execute("UPDATE runs SET lookahead = [1, 2]");
            statement.execute("""
                    UPDATE decisions
                    SET rank_details = [row(NULL, CASE WHEN "position" < 3 THEN 1 ELSE 2 END, NULL)]
                    WHERE layer = 1
                    """);
            assertThat(rows(engine, """
                            SELECT layer, distance, slots, tokens, misses, named, recall, previous, chance
                            FROM stale_gate(1, 'prompt') ORDER BY slots"""))
                    .containsExactly(
                            List.of(1, 1, 0, 4L, 4L, 2L, 0.5, 0.0, 0.25),
                            List.of(1, 1, 1, 4L, 4L, 2L, 0.5, 0.0, 0.25),
                            List.of(1, 1, 2, 4L, 3L, 1L, 1 / 3.0, 0.0, 0.25),
                            List.of(1, 1, 3, 4L, 3L, 1L, 1 / 3.0, 0.0, 0.25));
            assertThat(
                            rows(
                                    engine,
                                    "SELECT tokens, misses, recall, previous FROM stale_gate(1, 'last_prompt') WHERE slots = 0"))
                    .as("no token before is of the scope")
                    .containsExactly(Arrays.asList(1L, 1L, 0.0, null));
            statement.execute(
                    "UPDATE decisions SET rank_details = [row(NULL, 1, 2)] WHERE layer = 1 AND \"position\" = 1");
            assertThat(
                            rows(
                                    engine,
                                    "SELECT tokens, misses, recall FROM stale_gate(1, 'prompt') WHERE distance = 2 AND slots = 0"))
                    .containsExactly(List.of(1L, 1L, 1.0));
            assertThat(rows(engine, "SELECT * FROM stale_gate(1, 'generated')")).isEmpty();
            statement.execute("UPDATE runs SET recorded = 'last_prompt'");
            assertThat(rows(engine, "SELECT * FROM stale_gate(1, 'prompt')")).isEmpty();
            assertThat(rows(engine, "SELECT * FROM stale_gate((SELECT 7), 'prompt')"))
                    .isEmpty();
        }
    }

    @Test
    void namesAllMissesWhereNothingChangesBetweenLayersAndThoseOfTheTokenBefore() {
        StaleGate gate = new StaleGate(EXPERTS);
        SplittableRandom random = new SplittableRandom(3);
        for (int position = 0; position < 300; position++) {
            int[] chosen = chosen(random);
            gate.decide(1, position, 1, chosen, TOP_K, new int[][] {chosen, {}});
        }
        assertThat(gate.misses()).hasSize(EXPERTS).allSatisfy(misses -> {
            assertThat(misses.decisions()).isEqualTo(300);
            assertThat(misses.named()).isEqualTo(misses.misses());
        });
        Misses none = gate.misses().get(0);
        assertThat(none.misses()).isEqualTo(300L * TOP_K);
        assertThat(none.followed()).as("all but the first token").isEqualTo(299L * TOP_K);
        assertThat(none.previous()).isPositive();
        assertThat(gate.misses().get(TOP_K).previous())
                .as("a cache of top_k slots has the experts of the token before")
                .isZero();
    }

    /** A gate that knows nothing names top_k / experts of the misses, whatever the cache. */
    @Test
    void isAtChanceForAGateThatKnowsNothing() {
        int seeds = 200;
        double[][] recalls = new double[EXPERTS / 2][seeds];
        for (int seed = 0; seed < seeds; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            StaleGate gate = new StaleGate(EXPERTS);
            for (int position = 0; position < 200; position++) {
                gate.decide(1, position, 1, chosen(random), TOP_K, new int[][] {chosen(random), {}});
            }
            for (int slots = 0; slots < recalls.length; slots++) {
                Misses misses = gate.misses().get(slots);
                recalls[slots][seed] = (double) misses.named() / misses.misses();
            }
        }
        for (double[] recall : recalls) {
            double mean = Arrays.stream(recall).average().orElseThrow();
            double variance =
                    Arrays.stream(recall).map(x -> (x - mean) * (x - mean)).sum() / (seeds - 1);
            assertThat(mean).isCloseTo((double) TOP_K / EXPERTS, Offset.offset(3 * Math.sqrt(variance / seeds)));
        }
    }

    private static int[] chosen(SplittableRandom random) {
        int[] all = IntStream.range(0, EXPERTS).toArray();
        for (int i = 0; i < TOP_K; i++) {
            int other = random.nextInt(i, EXPERTS);
            int kept = all[i];
            all[i] = all[other];
            all[other] = kept;
        }
        return Arrays.copyOf(all, TOP_K);
    }

    private static List<List<@Nullable Object>> rows(QueryEngine engine, String sql) throws SQLException {
        return Rows.of(engine, sql).rows();
    }
}
