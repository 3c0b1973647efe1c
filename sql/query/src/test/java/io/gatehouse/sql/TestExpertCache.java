package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.function.StatementFunction;
import io.gatehouse.testing.store.HandMadeRouting;
import io.gatehouse.testing.store.RoutingFile;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The table function expert_cache. */
final class TestExpertCache {
    /** Layer 0 uses the experts 0 1 0 2 0 1, layer 1 uses 3 3 3 3 2 3; the last two tokens are of a second question. */
    private static HandMadeRouting sixTokens() {
        return new HandMadeRouting()
                .run(1, "r", 2, 4, 1, "prompt")
                .question(1, 1, "s", true, "0:1 / 3:1", "1:1 / 3:1", "0:1 / 3:1", "2:1 / 3:1")
                .question(1, 2, "s", true, "0:1 / 2:1", "1:1 / 3:1");
    }

    /**
     * The second and third use of 0 come after one other expert, the second of 1 after two. Expert 3 is used after itself
     * three times, and once after 2. Of the misses of layer 0 three are first uses.
     */
    @Test
    void layersHaveCachesOfTheirOwn() throws Exception {
        try (RoutingFile file = sixTokens().file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, """
                            SELECT layer, slots, n, hits, cold_misses, evicted_misses
                            FROM expert_cache(1, 'prompt', 'layer', 'lru', 1) ORDER BY layer, slots
                            """))
                    .containsExactly(
                            List.of(0, 1, 6L, 0L, 3L, 3L),
                            List.of(0, 2, 6L, 2L, 3L, 1L),
                            List.of(0, 3, 6L, 3L, 3L, 0L),
                            List.of(0, 4, 6L, 3L, 3L, 0L),
                            List.of(1, 1, 6L, 3L, 2L, 1L),
                            List.of(1, 2, 6L, 4L, 2L, 0L),
                            List.of(1, 3, 6L, 4L, 2L, 0L),
                            List.of(1, 4, 6L, 4L, 2L, 0L));
            assertThat(rows(engine, """
                            SELECT hit_rate, misses_per_token FROM expert_cache(1, 'prompt', 'layer', 'lru', 1)
                            WHERE layer = 0 AND slots = 3
                            """)).containsExactly(List.of(0.5, 0.5));
        }
    }

    /** 3 comes back after 1, 0 or 2 of the other layer, 0 after two others, and the last 1 after all four others. */
    @Test
    void theModelHasOneCache() throws Exception {
        try (RoutingFile file = sixTokens().file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, """
                            SELECT layer, list(hits ORDER BY slots), min(n), max(cold_misses), max(misses_per_token)
                            FROM expert_cache(1, 'prompt', 'model', 'lru', 1) GROUP BY layer
                            """))
                    .containsExactly(Arrays.asList(null, List.of(0L, 3L, 5L, 6L, 7L, 7L, 7L, 7L), 12L, 5L, 2.0));
        }
    }

    /**
     * Of layer 0. With two slots lfu drops 1 for 2 and misses it at the end; so does belady, who could keep 1 only in place
     * of 0. The most used are 0, 1 and 2, with 3, 2 and 1 uses; in the other run that is 2, then 0 and 1.
     */
    @Test
    void policiesKeepWhatTheySay() throws Exception {
        try (RoutingFile file = sixTokens()
                        .run(2, "other", 2, 4, 1, "prompt")
                        .question(2, 1, "s", true, "2:1 / 3:1", "2:1 / 3:1", "0:1 / 3:1", "1:1 / 3:1")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            String sql = """
                    SELECT list(hits ORDER BY slots), max(cold_misses)
                    FROM expert_cache(1, 'prompt', 'layer', '%s', %d) WHERE layer = 0
                    """;
            assertThat(rows(engine, sql.formatted("lfu", 1))).containsExactly(List.of(List.of(0L, 2L, 3L, 3L), 3L));
            assertThat(rows(engine, sql.formatted("belady", 1))).containsExactly(List.of(List.of(0L, 2L, 3L, 3L), 3L));
            assertThat(rows(engine, sql.formatted("static", 1))).containsExactly(List.of(List.of(3L, 5L, 6L, 6L), 0L));
            assertThat(rows(engine, sql.formatted("static", 2))).containsExactly(List.of(List.of(1L, 4L, 6L, 6L), 0L));
            assertThat(rows(engine, "SELECT * FROM expert_cache(1, 'generated', 'layer', 'lru', 1)"))
                    .isEmpty();
            // Words that are known only when the statement runs.
            assertThat(rows(engine, "SELECT * FROM expert_cache(1, 'prompt', lower('RACK'), 'lru', 1)"))
                    .isEmpty();
            assertThatThrownBy(() -> rows(engine, "SELECT * FROM expert_cache(1, 'prompt', 'layer', lower('FIFO'), 1)"))
                    .isInstanceOfSatisfying(GatehouseException.class, failure -> {
                        assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
                        assertThat(failure)
                                .hasMessage(
                                        "There is no cache policy 'fifo'; there are lru, lru_single, lfu, belady, random, static.");
                    });
        }
    }

    /**
     * With one to four slots in each layer 3, 6, 7 and 7 of 12 uses hit. A gigabyte takes a second, so half an expert less for
     * each token is half a second. The first slot saves that, too, and the sizes from 6 on save no more.
     */
    @Test
    void plansSaveTime() throws Exception {
        try (RoutingFile file = sixTokens().file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, """
                            SELECT slots, size_gb, n, misses_per_token, round(stall_ms, 6), round(warm_stall_ms, 6), fits,
                                is_largest, is_knee, is_cliff
                            FROM serve_plan(1, 'prompt', 'layer', 'lru', 1000, 5, 1) ORDER BY slots
                            """))
                    .containsExactly(
                            List.of(2, 2.0, 12L, 1.5, 1500.0, 666.666667, true, false, false, true),
                            List.of(4, 4.0, 12L, 1.0, 1000.0, 166.666667, true, true, true, false),
                            List.of(6, 6.0, 12L, 5 / 6.0, 833.333333, 0.0, false, false, false, false),
                            List.of(8, 8.0, 12L, 5 / 6.0, 833.333333, 0.0, false, false, false, false));
            // One cache for both layers has the same sizes and more.
            assertThat(rows(engine, """
                            SELECT slots, hit_rate FROM serve_plan(1, 'prompt', 'model', 'lru', 1000, 5, 1)
                            WHERE is_cliff OR is_largest ORDER BY slots
                            """)).containsExactly(List.of(2, 0.25), List.of(5, 7 / 12.0));
            assertThat(rows(engine, "SELECT * FROM serve_plan(1, 'generated', 'model', 'lru', 1000, 5, 1)"))
                    .isEmpty();
        }
    }

    /**
     * Experts of layer 0 have 1 MB, those of layer 1 have 2, and the cache has 3. The first prompt needs 0, 1 and 2 of layer
     * 0, of which 2 was used last and stays beside the 3 of layer 1. The second prompt finds nothing that it needs, and leaves
     * the 2 and the 3 of layer 1, 4 MB that it needs at the same time. The first generated token brings 1, for which 2 goes,
     * and the second one finds both.
     */
    @Test
    void aCacheOfBytesServesPromptsAndGeneratedTokens() throws Exception {
        String sql = """
                SELECT phase, n, hits, cold_misses, evicted_misses, hit_rate, read_gb, largest_mb
                FROM expert_cache_in_bytes(1, 3, 'model', 'lru') ORDER BY phase DESC
                """;
        try (RoutingFile file =
                        sixTokens().generated(1, 2, 2, "1:1 / 3:1", "1:1 / 3:1").file();
                QueryEngine engine = new QueryEngine(file::reader);
                Connection writer = file.writer();
                Statement statement = writer.createStatement()) {
            assertThatThrownBy(() -> rows(engine, sql))
                    .isInstanceOf(GatehouseException.class)
                    .hasMessage(
                            "Run 1 does not say how large an expert of layer 0 is (layers.expert_bytes), which a cache in"
                                    + " bytes needs.");
            statement.execute("UPDATE layers SET expert_bytes = 1_000_000 * (layer + 1)");
            assertThat(rows(engine, sql))
                    .containsExactly(
                            List.of("prompt", 8L, 0L, 5L, 3L, 0.0, 0.011, 4.0),
                            List.of("generated", 4L, 3L, 0L, 1L, 0.75, 0.001, 3.0));
            // Each layer has half of the bytes, and keeps what its last use needed: at first 3 and then 4 MB, beside 2.
            assertThat(rows(engine, """
                            SELECT hits, read_gb, largest_mb
                            FROM expert_cache_in_bytes(1, 3, 'layer', 'lru') ORDER BY phase DESC
                            """)).containsExactly(List.of(3L, 0.007, 6.0), List.of(4L, 0.0, 5.0));
            // With room for everything, only first uses are misses.
            assertThat(
                            rows(
                                    engine,
                                    "SELECT n - hits, cold_misses FROM expert_cache_in_bytes(1, 100, 'model', 'lru') ORDER BY phase DESC"))
                    .containsExactly(List.of(5L, 5L), List.of(0L, 0L));
            assertThat(rows(
                            engine,
                            "SELECT n, hits FROM expert_cache_in_bytes(1, 0, 'model', 'lru') ORDER BY phase DESC"))
                    .containsExactly(List.of(8L, 0L), List.of(4L, 0L));
        }
    }

    /** One token of one layer: each size has the first use of its two experts to load, and none stands out. */
    @Test
    void aCacheThatSavesNothingHasNeitherKneeNorCliff() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 1, 3, 2, "prompt")
                        .question(1, 1, "s", true, "0:.5 1:.5")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, """
                            SELECT DISTINCT misses_per_token, is_knee, is_cliff
                            FROM serve_plan(1, 'prompt', 'model', 'lru', 1000, 5, 1)
                            """)).containsExactly(List.of(2.0, false, false));
        }
    }

    /** Four experts that are used equally often: a static cache saves as much with each further one, so that none is a knee. */
    @Test
    void aStraightLineHasNoKnee() throws Exception {
        try (RoutingFile file = new HandMadeRouting()
                        .run(1, "r", 1, 4, 1, "prompt")
                        .question(1, 1, "s", true, "0:.5", "1:.5", "2:.5", "3:.5")
                        .file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            assertThat(rows(engine, """
                            SELECT slots, misses_per_token, is_knee
                            FROM serve_plan(1, 'prompt', 'model', 'static', 1000, 5, 1) ORDER BY slots
                            """))
                    .containsExactly(
                            List.of(1, 0.75, false),
                            List.of(2, 0.5, false),
                            List.of(3, 0.25, false),
                            List.of(4, 0.0, false));
        }
    }

    @Test
    void propertiesHoldOfRoutingAtRandom() throws Exception {
        long seed = 20_261_128;
        try (RoutingFile file = RandomRouting.file(seed, 6);
                QueryEngine engine = new QueryEngine(file::reader)) {
            for (int run = 1; run <= 12; run++) {
                for (String of : List.of("layer", "model")) {
                    assertThat(rows(engine, """
                                    SELECT l.layer, l.slots
                                    FROM expert_cache(%1$d, 'last_prompt', '%2$s', 'lru', %1$d) AS l
                                    JOIN expert_cache(%1$d, 'last_prompt', '%2$s', 'belady', %1$d) AS b
                                        ON b.slots = l.slots AND b.layer IS NOT DISTINCT FROM l.layer
                                    JOIN expert_cache(%1$d, 'last_prompt', '%2$s', 'lru', %1$d) AS less
                                        ON less.slots = greatest(l.slots - 1, 1) AND less.layer IS NOT DISTINCT FROM l.layer
                                    WHERE NOT (b.hits >= l.hits AND l.hits >= less.hits AND b.n = l.n
                                        AND l.cold_misses = b.cold_misses AND l.evicted_misses >= 0)
                                    """.formatted(run, of)))
                            .as("run %d of seed %d", run, seed)
                            .isEmpty();
                    // A cache of all experts misses the first uses only; they and the uses are counted otherwise here.
                    assertThat(rows(engine, """
                                    SELECT max(hits), max(n), max(evicted_misses) FILTER (WHERE place = 1)
                                    FROM (
                                        SELECT *, row_number() OVER (PARTITION BY layer ORDER BY slots DESC) AS place
                                        FROM expert_cache(%1$d, 'last_prompt', '%2$s', 'lru', %1$d)
                                    )
                                    GROUP BY layer ORDER BY layer
                                    """.formatted(run, of)))
                            .as("run %d of seed %d", run, seed)
                            .isEqualTo(rows(engine, """
                                    SELECT count(*) - count(DISTINCT (layer, expert)), count(*), CAST(0 AS BIGINT)
                                    FROM activations WHERE run_id = %d AND is_last_prompt %s
                                    """.formatted(
                                            run, of.equals("layer") ? "GROUP BY layer ORDER BY layer" : "")));
                }
            }
        }
    }

    /** A filter on the layer reads that layer only: the other has an expert that the model does not have. */
    @Test
    void readsTheLayersThatAreAskedFor() throws Exception {
        try (RoutingFile file = sixTokens().file();
                QueryEngine engine = new QueryEngine(file::reader);
                Connection writer = file.writer();
                Statement statement = writer.createStatement()) {
            statement.execute("UPDATE decisions SET expert_1 = 77 WHERE layer = 1 AND \"position\" = 2");
            String all = "SELECT hits FROM expert_cache(1, 'prompt', 'layer', 'lru', 1)";
            assertThat(rows(engine, all + " WHERE layer = 0 AND slots = 3")).containsExactly(List.of(3L));
            assertThatThrownBy(() -> rows(engine, all)).hasMessageContaining("expert 77 in a layer of 4 experts");
        }
    }

    /** What needs seconds ends soon after it is cancelled or its time is up, whether it sorts or replays. */
    @ParameterizedTest
    @ValueSource(ints = {5, 300})
    void stops(int millis) throws Exception {
        try (RoutingFile file = sixTokens().file();
                QueryEngine engine = new QueryEngine(file::reader);
                Connection writer = file.writer();
                Statement statement = writer.createStatement()) {
            statement.execute("""
                    INSERT INTO decisions BY NAME
                    SELECT 1 AS run_id, CAST(i // 100 AS INTEGER) AS question_id, CAST(i %% 100 AS INTEGER) AS "position",
                        CAST(0 AS SMALLINT) AS layer, false AS is_last_prompt, CAST(hash(i) %% 4 AS SMALLINT) AS expert_1
                    FROM range(3_000_000) AS r(i)
                    """.replace("%%", "%"));
            String sql = "SELECT hits FROM expert_cache(1, 'prompt', 'model', 'belady', 1)";
            long start = System.nanoTime();
            assertThatThrownBy(() -> {
                        try (QueryResult result =
                                engine.query(sql, new QueryLimits(Duration.ofMillis(millis + 700), 0))) {
                            Thread canceller = new Thread(() -> {
                                try {
                                    Thread.sleep(millis);
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                                result.cancel();
                            });
                            canceller.start();
                            while (result.next()) {
                                // read on
                            }
                        }
                    })
                    .isInstanceOfSatisfying(
                            GatehouseException.class,
                            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CANCELLED_BY_USER));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        }
    }

    @Test
    void usersCannotCallTheReplay() throws Exception {
        try (RoutingFile file = sixTokens().file();
                QueryEngine engine = new QueryEngine(file::reader)) {
            List<String> names = StatementFunction.ALL.stream()
                    .map(StatementFunction.class::cast)
                    .flatMap(function -> Stream.of(function.getName(), function.written()))
                    .toList();
            assertThat(names).contains("expert_cache_replay", "gatehouse_cache_replay");
            for (String name : names) {
                assertThatThrownBy(() -> rows(engine, "SELECT %s(1, 0, 4, 4, 4, 'prompt', 'lru', 1)".formatted(name)))
                        .isInstanceOfSatisfying(
                                GatehouseException.class,
                                failure -> assertThat(failure.code()).isEqualTo(ErrorCode.SQL_VALIDATION));
            }
        }
    }

    private static List<List<@Nullable Object>> rows(QueryEngine engine, String sql) {
        return Rows.of(engine, sql).rows();
    }
}
