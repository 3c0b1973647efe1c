package io.gatehouse.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.RunSummary;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestKilledWriter {
    private static final int KILLS = 2;

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

    /** With {@code -Dtest.kills=200} for an evening; each kill comes at a moment of its own. */
    @Test
    void holdsTheSameHoweverOftenItIsKilledAndResumed() throws Exception {
        long seed = Long.getLong("test.seed", System.nanoTime());
        int kills = Integer.getInteger("test.kills", 2);
        // More than are written until the last kill, after which some must be left.
        int shards = 10 * kills;
        Random random = new Random(seed);
        Path file = directory.resolve("killed.duckdb");
        for (int kill = 0; kill < kills; kill++) {
            killSomewhere(file, seed, shards, random);
            try (Store store = Store.open(file)) {
                assertThat(store.verify().problems())
                        .as("after kill %d, -Dtest.seed=%d", kill, seed)
                        .isEmpty();
            }
        }
        try (Store store = Store.open(file);
                Store whole = Store.create(directory.resolve("whole.duckdb"))) {
            WriteShards.write(store, seed, shards, shard -> {});
            WriteShards.write(whole, seed, shards, shard -> {});
            assertThat(store.verify()).as("-Dtest.seed=%d", seed).isEqualTo(whole.verify());
            assertThat(whole.verify().problems()).isEmpty();
            assertThat(Rows.of(store, "SELECT status, (SELECT count(*) FROM answers) FROM runs"))
                    .containsExactly("complete|" + shards * WriteShards.QUESTIONS);
        }
    }

    @Test
    void leavesNothingOfAnImport() throws Exception {
        long seed = Long.getLong("test.seed", System.nanoTime());
        Random random = new Random(seed);
        Path file = directory.resolve("imported.duckdb");
        for (int kill = 0; kill < KILLS; kill++) {
            try (ChildProcess child = ChildProcess.start(ImportSequences.class, file.toString())) {
                // A shard has 62 of the sequences.
                int sequence = 200 + random.nextInt(500);
                while (Integer.parseInt(child.readLine()) < sequence) {}
                Thread.sleep(random.nextInt(80));
                child.kill();
            }
            try (Store store = Store.open(file)) {
                assertThat(Rows.of(store, """
                                SELECT
                                    (SELECT count(*) FROM runs), (SELECT count(*) FROM questions),
                                    (SELECT count(*) FROM routing), (SELECT count(*) FROM usage),
                                    (SELECT count(*) FROM run_shards), (SELECT count(*) FROM experts)"""))
                        .as("after kill %d, -Dtest.seed=%d", kill, seed)
                        .containsExactly("0|0|0|0|0|0");
                assertThat(store.verify().problems()).isEmpty();
            }
        }
    }

    /** Kills a writer after a few of its shards, or while it opens the file or writes the first one. */
    private static void killSomewhere(Path file, long seed, int shards, Random random) throws Exception {
        try (ChildProcess child =
                ChildProcess.start(WriteShards.class, file.toString(), String.valueOf(seed), String.valueOf(shards))) {
            int lines = 1 + random.nextInt(7);
            while (lines > 0 && child.readLine() != null) {
                lines--;
            }
            Thread.sleep(random.nextInt(80));
            child.kill();
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
                            (SELECT sum(n) FROM question_usage), (SELECT max(shard) + 1 FROM run_shards),
                            (SELECT count(*) FROM generations)"""))
                .as(when)
                .isEqualTo(List.of("%d|%d|%d|%d|%d|%d|%d"
                        .formatted(
                                questions,
                                // A text has 2 tokens on average, and the last one of each is not routed.
                                questions * 202,
                                questions * 201 * 4,
                                questions * 201 * 4 * 8,
                                questions * 201 * 4 * 8,
                                shards,
                                questions)));
        assertThat(Rows.of(store, """
                        SELECT question_id, count(*), count(DISTINCT (layer, position)) FROM token_routing
                        WHERE phase = 'prompt' GROUP BY question_id HAVING count(*) <> 800 OR count(DISTINCT (layer, position)) <> 800""")).as(when).isEmpty();
    }
}
