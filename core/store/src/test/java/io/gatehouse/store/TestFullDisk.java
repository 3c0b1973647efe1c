package io.gatehouse.store;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.duckdb.DuckDb;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.write.RunWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestFullDisk {
    private static final int QUESTIONS = 5;
    private static final int SHARDS = 100;
    /** Shards that are written where there is room; the others would show nothing more. */
    private static final int MORE = 10;

    private static final String ATTRIBUTES =
            "SELECT count(*), sum(hash(question_id, name, value)) FROM question_attributes";
    private static final Pattern NEEDED = Pattern.compile("Compacting .* needs (\\d+) MB of free disk\\.");

    private final RandomRun shards = new RandomRun(RandomRun.description("r", 4, 64, 8, Scope.PROMPT), 100, 1);

    @TempDir
    private Path directory;

    @Test
    void losesTheShardThatDoesNotFitAndGoesOnWhereThereIsRoom() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        Path larger = directory.resolve("larger.duckdb");
        int upTo;
        mount(disk, 4 << 20);
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

    /** A compaction says how much room it takes, and that is enough for it. */
    @Test
    void compactsWhereThereIsAsMuchRoomAsItAsksFor() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        Path file = disk.resolve("a.duckdb");
        mount(disk, 64 << 20);
        try {
            Store.create(file).close();
            String sum;
            try (Connection writer = DuckDb.file(file, new Properties());
                    Statement statement = writer.createStatement()) {
                statement.execute(
                        "INSERT INTO question_attributes SELECT i, 'name', sha256(i::VARCHAR) FROM range(400_000) AS r(i)");
                sum = Rows.of(writer, ATTRIBUTES).get(0);
            }
            long size = Files.size(file);
            resize(disk, size + (1 << 20));
            GatehouseException refusal =
                    requireNonNull(catchThrowableOfType(GatehouseException.class, () -> Store.compact(file)));
            assertThat(refusal.code()).isEqualTo(ErrorCode.INSUFFICIENT_DISK);
            assertThat(disk.toFile().list()).containsExactly("a.duckdb");
            Matcher needed = NEEDED.matcher(requireNonNull(refusal.getMessage()));
            assertThat(needed.matches()).as(refusal.getMessage()).isTrue();
            resize(disk, size + (Long.parseLong(needed.group(1)) << 20));
            Store.compact(file);
            assertThat(disk.toFile().list()).containsExactly("a.duckdb");
            try (Store store = Store.open(file)) {
                assertThat(Rows.of(store, ATTRIBUTES)).containsExactly(sum);
            }
        } finally {
            assertThat(succeeds("umount", disk.toString())).isTrue();
        }
    }

    private static void resize(Path disk, long bytes) throws Exception {
        assertThat(succeeds("mount", "-o", "remount,size=" + bytes, disk.toString()))
                .isTrue();
    }

    /** Where it is not allowed to mount, the test is left out, but never in CI. */
    private static void mount(Path disk, long bytes) throws Exception {
        boolean mounted = succeeds("mount", "-t", "tmpfs", "-o", "size=" + bytes, "tmpfs", disk.toString());
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
