package io.gatehouse.store.write;

import static io.gatehouse.store.RandomRun.questions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.store.RandomRun;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.verify.Verification;
import io.gatehouse.store.write.ShardQueue.Commit;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestShardQueue {
    /** What nothing here takes unless it hangs. */
    private static final int LONG_SECONDS = 60;

    private static final RandomRun SHARDS = RandomRun.of("r", 20_261_124);

    private final List<Commit> commits = new CopyOnWriteArrayList<>();
    private final Semaphore mayGoOn = new Semaphore(0);

    @TempDir
    private Path directory;

    @Test
    void writesWhatIsHandedOverAsTheWriterItselfWould() {
        Verification queued = verified("queued.duckdb", writer -> {
            try (ShardQueue queue = new ShardQueue(writer, 1, (commit, waiting) -> commits.add(commit))) {
                for (int number = 0; number < 4; number++) {
                    queue.put(shard(writer, number));
                }
                queue.drain();
                assertThat(queue.progress().shardsWaiting()).isZero();
                assertThat(queue.progress().bytesWaiting()).isZero();
                assertThat(queue.progress().activations()).isEqualTo(4 * 2 * 3 * 7 * 2);
                assertThat(queue.progress().activationsPerSecond()).isPositive();
            }
        });
        Verification direct = verified("direct.duckdb", writer -> {
            for (int number = 0; number < 4; number++) {
                writer.write(shard(writer, number));
            }
        });
        assertThat(queued).isEqualTo(direct);
        // There is room for one shard only.
        assertThat(commits).extracting(Commit::questions).containsExactly(2, 2, 2, 2);
    }

    @Test
    void writesTogetherWhatCameToWait() {
        Verification queued = verified("queued.duckdb", writer -> {
            try (ShardQueue queue = new ShardQueue(writer, 1 << 20, this::waitAfterCommit)) {
                queue.put(shard(writer, 0));
                awaitCommits(1);
                queue.put(shard(writer, 1));
                queue.put(shard(writer, 2));
                queue.put(shard(writer, 3));
                assertThat(queue.progress().shardsWaiting()).isEqualTo(3);
                mayGoOn.release(2);
                queue.drain();
            }
        });
        assertThat(queued.problems()).isEmpty();
        assertThat(commits).extracting(Commit::questions).containsExactly(2, 6);
    }

    @Test
    void holdsWhoeverHandsOverBackWhenThereIsNoRoom() {
        verified("full.duckdb", writer -> {
            // With their sums.
            long bytes = writer.prepare(shard(writer, 1)).bytes()
                    + writer.prepare(shard(writer, 2)).bytes();
            try (ShardQueue queue = new ShardQueue(writer, bytes, this::waitAfterCommit)) {
                queue.put(shard(writer, 0));
                awaitCommits(1);
                queue.put(shard(writer, 1));
                queue.put(shard(writer, 2));
                CompletableFuture<Thread> putter = new CompletableFuture<>();
                CompletableFuture<Void> fourth = CompletableFuture.runAsync(() -> {
                    putter.complete(Thread.currentThread());
                    queue.put(shard(writer, 3));
                });
                await(() -> putter.join().getState() == Thread.State.WAITING);
                assertThat(fourth).isNotDone();
                assertThat(queue.progress().bytesWaiting()).isEqualTo(bytes);
                mayGoOn.release(4);
                fourth.join();
                queue.drain();
            }
        });
    }

    @Test
    void endsWithTheFirstErrorAndKeepsWhatWasCommitted() {
        try (Store store = Store.create(directory.resolve("error.duckdb"));
                RunWriter writer = store.startRun(SHARDS.description(), questions(8));
                ShardQueue queue = new ShardQueue(writer, 1 << 20, (commit, waiting) -> commits.add(commit))) {
            queue.put(shard(writer, 0));
            queue.drain();
            queue.put(SHARDS.shard(writer, 1, 0, 2));
            assertThatThrownBy(queue::drain).hasMessage("Shard 1 answers question 1 a second time");
            assertThatThrownBy(queue::requireWriting).hasMessage("Shard 1 answers question 1 a second time");
            assertThatThrownBy(() -> queue.put(shard(writer, 2)))
                    .hasMessage("Shard 1 answers question 1 a second time");
            assertThat(commits).hasSize(1);
            assertThat(store.verify().problems()).isEmpty();
            assertThat(writer.isWritten(0)).isTrue();
            assertThat(writer.isWritten(1)).isFalse();
        }
    }

    @Test
    void writesNothingMoreWhenItIsClosed() {
        try (Store store = Store.create(directory.resolve("closed.duckdb"));
                RunWriter writer = store.startRun(SHARDS.description(), questions(8))) {
            ShardQueue queue = new ShardQueue(writer, 1 << 20, (commit, waiting) -> commits.add(commit));
            queue.put(shard(writer, 0));
            queue.drain();
            queue.close();
            assertThatThrownBy(() -> queue.put(shard(writer, 1))).hasMessage("The queue is closed");
            assertThat(commits).hasSize(1);
        }
    }

    @Test
    void countsWhatItDropsAndSaysSo() {
        try (Store store = Store.create(directory.resolve("dropped.duckdb"));
                RunWriter writer = store.startRun(SHARDS.description(), questions(8))) {
            ShardQueue queue = new ShardQueue(writer, 1 << 20, this::waitAfterCommit);
            queue.put(shard(writer, 0));
            awaitCommits(1);
            queue.put(shard(writer, 1));
            queue.put(shard(writer, 2));
            CompletableFuture<Void> drained = CompletableFuture.runAsync(queue::drain);
            CompletableFuture<Void> closed = CompletableFuture.runAsync(queue::close);
            assertThatThrownBy(() -> drained.get(LONG_SECONDS, TimeUnit.SECONDS))
                    .hasRootCauseMessage("The queue was closed before 2 shards were written");
            mayGoOn.release();
            assertThat(closed).succeedsWithin(Duration.ofSeconds(LONG_SECONDS));
            assertThat(queue.progress().shardsWaiting()).isZero();
            assertThat(queue.progress().bytesWaiting()).isZero();
            assertThat(commits).hasSize(1);
            assertThat(writer.isWritten(1)).isFalse();
        }
    }

    @Test
    void letsGoOfWhoeverWaitsWhenItIsClosed() {
        try (Store store = Store.create(directory.resolve("waiting.duckdb"));
                RunWriter writer = store.startRun(SHARDS.description(), questions(8))) {
            ShardQueue queue = new ShardQueue(writer, 1, this::waitAfterCommit);
            queue.put(shard(writer, 0));
            awaitCommits(1);
            queue.put(shard(writer, 1));
            CompletableFuture<Thread> putter = new CompletableFuture<>();
            CompletableFuture<Void> put = CompletableFuture.runAsync(() -> {
                putter.complete(Thread.currentThread());
                queue.put(shard(writer, 2));
            });
            await(() -> putter.join().getState() == Thread.State.WAITING);
            CompletableFuture<Void> closed = CompletableFuture.runAsync(queue::close);
            assertThatThrownBy(() -> put.get(LONG_SECONDS, TimeUnit.SECONDS))
                    .hasRootCauseMessage("The queue is closed");
            mayGoOn.release();
            assertThat(closed).succeedsWithin(Duration.ofSeconds(LONG_SECONDS));
            assertThat(commits).hasSize(1);
        }
    }

    private void waitAfterCommit(Commit commit, WritingProgress waiting) {
        commits.add(commit);
        mayGoOn.acquireUninterruptibly();
    }

    private void awaitCommits(int count) {
        await(() -> commits.size() >= count);
    }

    private static void await(BooleanSupplier ready) {
        long start = System.nanoTime();
        while (!ready.getAsBoolean()) {
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(LONG_SECONDS));
            Thread.onSpinWait();
        }
    }

    private static Shard shard(RunWriter writer, int number) {
        return SHARDS.shard(writer, number, 2 * number, 2 * number + 2);
    }

    private interface Writing {
        void to(RunWriter writer);
    }

    private Verification verified(String name, Writing writing) {
        try (Store store = Store.create(directory.resolve(name))) {
            try (RunWriter writer = store.startRun(SHARDS.description(), questions(8))) {
                writing.to(writer);
                writer.finish(RunStatus.COMPLETE);
            }
            return store.verify();
        }
    }
}
