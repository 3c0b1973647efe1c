package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.testing.store.HandMadeRouting;
import io.gatehouse.testing.store.RoutingFile;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The table function cache_route. */
final class TestCacheRoute {
    private static final int UNITS = 1 << 22;

    /**
     * Two questions, each with the two busiest experts of the other one resident: 0 1 for the first and 0 2 for the second.
     */
    private static HandMadeRouting twoQuestions() {
        return new HandMadeRouting()
                .run(1, "r", 1, 4, 2, "prompt")
                .question(1, 1, "s", true, "0:.5 1:.25", "0:.5 2:.25", "0:.5 2:.25")
                .question(1, 2, "t", false, "3:.5 0:.25", "2:.5 1:.25")
                .and("UPDATE runs SET probabilities = 'all';")
                .and(gate(1, 0, 0.5, 0.25, 0.125, 0.125))
                .and(gate(1, 1, 0.5, 0.125, 0.25, 0.125))
                .and(gate(1, 2, 0.5, 0.0625, 0.25, 0.1875))
                .and(gate(2, 0, 0.25, 0.125, 0.125, 0.5))
                .and(gate(2, 1, 0.125, 0.25, 0.5, 0.125));
    }

    /**
     * The first expert stays, and the second may be a resident one of the three most probable: the second token takes 1 for
     * 2, the last one 0 for 1; at the third token 1 is the least probable.
     */
    @Test
    void residentsTakePlaces() throws Exception {
        try (RoutingFile file = twoQuestions().file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            String sql = """
                    SELECT n, hit_rate, routed_hit_rate, exchanged, unchanged, mass_lost, divergence
                    FROM cache_route(1, 'prompt', 2, %d, %d)
                    """;
            assertNumbers(
                    rows(engine, sql.formatted(1, 3)).get(0),
                    5,
                    0.6,
                    0.8,
                    2 / 5.0,
                    3 / 5.0,
                    2 * 0.125 / 5,
                    2 * Math.log(0.75 / 0.625) / 5);
            // Among the two most probable experts are those of the router only; and with both kept nothing changes
            // either.
            assertNumbers(rows(engine, sql.formatted(1, 2)).get(0), 5, 0.6, 0.6, 0, 1, 0, 0);
            assertNumbers(rows(engine, sql.formatted(2, 4)).get(0), 5, 0.6, 0.6, 0, 1, 0, 0);
            // With none kept all places go to residents.
            assertNumbers(rows(engine, sql.formatted(0, 4)).get(0).subList(1, 4), 0.6, 1, 4 / 5.0);
        }
    }

    @Test
    void propertiesHoldOfRoutingAtRandom() throws Exception {
        long seed = 20_261_128;
        try (RoutingFile file = RandomRouting.file(seed, 6);
                QueryEngine engine = new QueryEngine(file::reader)) {
            for (int run = 1; run <= 12; run++) {
                assertThat(rows(engine, """
                                SELECT * FROM cache_route(%d, 'last_prompt', 2, 1, 4)
                                WHERE NOT (hit_rate BETWEEN 0 AND routed_hit_rate AND routed_hit_rate <= 1
                                    AND exchanged >= 0 AND unchanged BETWEEN 0 AND 1 AND (exchanged = 0) = (unchanged = 1)
                                    AND mass_lost >= -1e-6 AND divergence >= -1e-6)
                                """.formatted(run)))
                        .as("run %d of seed %d", run, seed)
                        .isEmpty();
                assertThat(rows(engine, """
                                SELECT count(*) > 0 FROM cache_route(%d, 'last_prompt', 100, 0, 100)
                                WHERE hit_rate = 1 AND routed_hit_rate = 1 AND abs(mass_lost) < 1e-6
                                """.formatted(run)))
                        .as("all experts are resident in run %d of seed %d", run, seed)
                        .containsExactly(List.of(true));
            }
        }
    }

    @Test
    void refusesARunWithoutGates() throws Exception {
        HandMadeRouting routing = new HandMadeRouting()
                .run(1, "with", 1, 4, 2, "prompt")
                .run(2, "without", 1, 4, 2, "prompt")
                .and("UPDATE runs SET probabilities = 'last_prompt' WHERE run_id = 1;");
        try (RoutingFile file = routing.file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThatThrownBy(() -> rows(engine, "SELECT * FROM cache_route(2, 'prompt', 2, 1, 4)"))
                    .hasMessage("run of cache_route is 2, which did not record the probabilities of all experts"
                            + " (gatehouse run --probabilities); run 1 did.");
        }
    }

    /** Where the last prompt tokens have gates, they are no sample of the prompts. */
    @Test
    void gatesOfLastPromptTokensAreOfNoOtherScope() throws Exception {
        try (RoutingFile file = twoQuestions()
                        .and("UPDATE runs SET probabilities = 'last_prompt';")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, "SELECT n FROM cache_route(1, 'last_prompt', 2, 1, 4)"))
                    .containsExactly(List.of(2L));
            assertThat(rows(engine, "SELECT * FROM cache_route(1, 'prompt', 2, 1, 4)"))
                    .isEmpty();
        }
    }

    private static String gate(int question, int position, double... probabilities) {
        StringBuilder units = new StringBuilder();
        for (double probability : probabilities) {
            units.append(units.isEmpty() ? "" : ", ").append(Math.round(probability * UNITS));
        }
        return String.format(Locale.ROOT, "INSERT INTO gates VALUES (1, %d, %d, 0, [%s]);", question, position, units);
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
