package io.gatehouse.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.store.write.RunWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestReadersWhileWriting {
    private static final int SHARDS = 12;
    private static final int QUESTIONS = 4;
    private static final int READERS = 8;

    /** What nothing here takes unless it hangs. */
    private static final int LONG_SECONDS = 120;

    @TempDir
    private Path directory;

    @Test
    void seeWholeShardsOnly() throws Exception {
        RandomRun shards = RandomRun.of("r", 20_261_124);
        ExecutorService pool = Executors.newFixedThreadPool(READERS);
        CountDownLatch reading = new CountDownLatch(READERS);
        try (Store store = Store.create(directory.resolve("a.duckdb"));
                RunWriter writer = store.startRun(shards.description(), RandomRun.questions(SHARDS * QUESTIONS))) {
            List<CompletableFuture<Long>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                readers.add(CompletableFuture.supplyAsync(() -> readUntilAllIsThere(store, reading), pool));
            }
            assertThat(reading.await(LONG_SECONDS, TimeUnit.SECONDS)).isTrue();
            for (int shard = 0; shard < SHARDS; shard++) {
                writer.write(shards.shard(writer, shard, shard * QUESTIONS, (shard + 1) * QUESTIONS));
            }
            for (CompletableFuture<Long> reader : readers) {
                assertThat(reader.get(LONG_SECONDS, TimeUnit.SECONDS))
                        .as("states of the file that a reader saw")
                        .isGreaterThan(2);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    /** Looks at the file again and again; every look must find whole shards. Returns how many states it saw. */
    private static long readUntilAllIsThere(Store store, CountDownLatch reading) {
        List<String> seen = new ArrayList<>();
        try (Connection reader = store.reader();
                Statement statement = reader.createStatement()) {
            while (!seen.contains(state(SHARDS)) && !Thread.currentThread().isInterrupted()) {
                statement.execute("BEGIN TRANSACTION READ ONLY");
                List<String> state = Rows.of(reader, """
                        SELECT (SELECT count(*) FROM run_shards), (SELECT count(*) FROM answers),
                            (SELECT count(*) FROM token_routing), (SELECT count(*) FROM tokens),
                            (SELECT sum(n) FROM question_usage), (SELECT count(*) FROM activations)""");
                statement.execute("COMMIT");
                long shards =
                        Long.parseLong(state.get(0).substring(0, state.get(0).indexOf('|')));
                assertThat(state).containsExactly(state(shards));
                seen.addAll(state);
                reading.countDown();
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return seen.stream().distinct().count();
    }

    /** Rows of each table when so many shards are there: 7 tokens, 3 layers, top-k 2. */
    private static String state(long shards) {
        long questions = shards * QUESTIONS;
        return "%d|%d|%d|%d|%s|%d"
                .formatted(
                        shards,
                        questions,
                        questions * 7 * 3,
                        questions * 7,
                        shards == 0 ? "null" : String.valueOf(questions * 7 * 3 * 2),
                        questions * 7 * 3 * 2);
    }
}
