package io.gatehouse.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.write.RunWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestFullDisk {
    private static final int QUESTIONS = 5;
    private static final int SHARDS = 100;
    /** Shards that are written where there is room; the others would show nothing more. */
    private static final int MORE = 10;

    private final RandomRun shards = new RandomRun(RandomRun.description("r", 4, 64, 8, Scope.PROMPT), 100, 1);

    @TempDir
    private Path directory;

    @Test
    void losesTheShardThatDoesNotFitAndGoesOnWhereThereIsRoom() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        Path larger = directory.resolve("larger.duckdb");
        int upTo;
        mount(disk);
        try {
            upTo = Math.min(SHARDS, fill(disk.resolve("a.duckdb"), larger) + MORE);
        } finally {
            assertThat(succeeds("umount", disk.toString())).isTrue();
        }
        try (Store store = Store.open(larger);
                Store whole = Store.create(directory.resolve("whole.duckdb"))) {
            try (RunWriter writer =
                    store.resumeRun(shards.description(), RandomRun.questions(SHARDS * QUESTIONS), Map.of())) {
                write(writer, upTo, new AtomicInteger());
                writer.finish(RunStatus.CANCELLED);
            }
            try (RunWriter writer = whole.startRun(shards.description(), RandomRun.questions(SHARDS * QUESTIONS))) {
                write(writer, upTo, new AtomicInteger());
                writer.finish(RunStatus.CANCELLED);
            }
            assertWhole(store, upTo);
            assertThat(store.verify()).isEqualTo(whole.verify());
            assertThat(whole.verify().problems()).isEmpty();
        }
    }

    /** Where it is not allowed to mount, the test is left out, but never in CI. */
    private static void mount(Path disk) throws Exception {
        boolean mounted = succeeds("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString());
        if (!"true".equals(System.getenv("CI"))) {
            assumeTrue(mounted, "a small file system can be mounted only by root");
        }
        assertThat(mounted).as("mounted a small file system").isTrue();
    }

    /** Returns how many shards fit. */
    private int fill(Path file, Path larger) throws Exception {
        AtomicInteger committed = new AtomicInteger();
        try (Store store = Store.create(file);
                RunWriter writer = store.startRun(shards.description(), RandomRun.questions(SHARDS * QUESTIONS))) {
            assertThatThrownBy(() -> write(writer, SHARDS, committed))
                    .isInstanceOfSatisfying(
                            GatehouseException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INSUFFICIENT_DISK))
                    .hasMessageContaining(file.toString());
            assertThat(committed.get()).isPositive();
            assertWhole(store, committed.get());
        }
        // As one would: what is there is moved to where there is room.
        Files.copy(file, larger);
        Path log = file.resolveSibling("a.duckdb.wal");
        if (Files.exists(log)) {
            Files.copy(log, larger.resolveSibling("larger.duckdb.wal"));
        }
        try (Store store = Store.open(file)) {
            assertWhole(store, committed.get());
        }
        return committed.get();
    }

    private void write(RunWriter writer, int upTo, AtomicInteger committed) {
        for (int shard = 0; shard < upTo; shard++) {
            if (!writer.isWritten(shard)) {
                writer.write(shards.shard(writer, shard, shard * QUESTIONS, (shard + 1) * QUESTIONS));
                committed.incrementAndGet();
            }
        }
    }

    private static void assertWhole(Store store, int shards) throws Exception {
        assertThat(Rows.of(store, """
                        SELECT
                            (SELECT count(*) FROM run_shards), (SELECT count(*) FROM answers),
                            (SELECT count(*) FROM tokens), (SELECT count(*) FROM token_routing),
                            (SELECT sum(n) FROM question_usage)"""))
                .containsExactly("%d|%d|%d|%d|%d"
                        .formatted(
                                shards,
                                shards * QUESTIONS,
                                shards * QUESTIONS * 100,
                                shards * QUESTIONS * 400,
                                shards * QUESTIONS * 3200));
    }

    private static boolean succeeds(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
