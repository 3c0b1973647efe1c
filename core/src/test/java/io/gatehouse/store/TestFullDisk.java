package io.gatehouse.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestFullDisk {
    private static final int QUESTIONS = 5;

    @TempDir
    private Path directory;

    @Test
    void losesTheShardThatDoesNotFitAndNoOther() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        assumeTrue(
                succeeds("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString()),
                "a small file system can be mounted only by root");
        try {
            fill(disk.resolve("a.duckdb"));
        } finally {
            assertThat(succeeds("umount", disk.toString())).isTrue();
        }
    }

    private static void fill(Path file) throws Exception {
        RandomRun shards = new RandomRun(RandomRun.description("r", 4, 64, 8, Scope.PROMPT), 100, 1);
        AtomicInteger committed = new AtomicInteger();
        try (Store store = Store.create(file);
                RunWriter writer = store.startRun(shards.description(), RandomRun.questions(200 * QUESTIONS))) {
            assertThatThrownBy(() -> {
                        while (committed.get() < 200) {
                            int from = committed.get() * QUESTIONS;
                            writer.write(shards.shard(writer, committed.get(), from, from + QUESTIONS));
                            committed.incrementAndGet();
                        }
                    })
                    .isInstanceOfSatisfying(
                            GatehouseException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INSUFFICIENT_DISK))
                    .hasMessageContaining(file.toString());
            assertThat(committed.get()).isPositive();
            assertWhole(store, committed.get());
        }
        try (Store store = Store.open(file)) {
            assertWhole(store, committed.get());
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
