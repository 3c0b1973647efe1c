package io.gatehouse.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestKilledWriter {
    private static final int KILLS = 3;

    @TempDir
    private Path directory;

    @Test
    void leavesEveryCommittedShardWholeAndNoOtherRow() throws Exception {
        long seed = Long.getLong("test.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int kill = 0; kill < KILLS; kill++) {
            Path file = directory.resolve(kill + ".duckdb");
            int lastCommitted = killAfter(file, random.nextInt(12), random.nextInt(60), seed);
            try (Store store = Store.open(file)) {
                long shards = Rows.count(store, "SELECT count(*) FROM run_shards");
                // The child may have been killed between its last commit and the line that tells of it.
                assertThat(shards)
                        .as("shards after kill %d, -Dtest.seed=%d", kill, seed)
                        .isBetween(lastCommitted + 1L, lastCommitted + 2L);
                assertWhole(store, shards, "kill %d, -Dtest.seed=%d".formatted(kill, seed));
                assertThat(store.runs()).extracting(RunSummary::status).containsExactly(RunStatus.RUNNING);
            }
        }
    }

    /** Kills a writer some time after it has committed a shard; returns the last shard that it told of. */
    private static int killAfter(Path file, int shard, int millis, long seed) throws Exception {
        int last = -1;
        try (ChildProcess child = ChildProcess.start(WriteShards.class, file.toString(), String.valueOf(seed))) {
            while (last < shard) {
                last = Integer.parseInt(child.readLine());
            }
            Thread.sleep(millis);
            child.kill();
            String line = child.readLine();
            while (line != null) {
                last = Integer.parseInt(line);
                line = child.readLine();
            }
        }
        return last;
    }

    private static void assertWhole(Store store, long shards, String when) throws Exception {
        long questions = shards * WriteShards.QUESTIONS;
        assertThat(Rows.of(store, """
                        SELECT
                            (SELECT count(*) FROM answers), (SELECT count(*) FROM tokens),
                            (SELECT count(*) FROM token_routing), (SELECT count(*) FROM activations),
                            (SELECT sum(n) FROM question_usage), (SELECT max(shard) + 1 FROM run_shards)"""))
                .as(when)
                .isEqualTo(List.of("%d|%d|%d|%d|%d|%d"
                        .formatted(
                                questions,
                                questions * 200,
                                questions * 200 * 4,
                                questions * 200 * 4 * 8,
                                questions * 200 * 4 * 8,
                                shards)));
        assertThat(Rows.of(store, """
                        SELECT question_id, count(*), count(DISTINCT (layer, position)) FROM token_routing
                        GROUP BY question_id HAVING count(*) <> 800 OR count(DISTINCT (layer, position)) <> 800""")).as(when).isEmpty();
    }
}
