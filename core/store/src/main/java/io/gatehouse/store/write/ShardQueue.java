package io.gatehouse.store.write;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.DaemonThreads;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/**
 * Writes the shards of a run on its own thread while the next ones are computed. Their memory is bounded: if there is no
 * room, {@link #put} waits, and the computation with it.
 *
 * <p>Shards that are waiting at the same time are written in one transaction. A writer that keeps up thus commits each
 * shard separately; one that falls behind gets faster, because a commit has a high fixed cost. All methods may be called
 * from any thread, but the run writer belongs to the queue until it is closed or {@link #drain} has returned.
 */
public final class ShardQueue implements AutoCloseable {
    /** Room for some thirty million activations of a model with top-8 of 64. */
    public static final long DEFAULT_BYTES = 384L << 20;

    private final RunWriter writer;
    private final long limit;
    private final BiConsumer<Commit, WritingProgress> committed;
    private final Thread thread;
    private final Deque<ShardRows> waiting = new ArrayDeque<>();
    private int shardsHeld;
    private long bytesHeld;
    private long activations;
    private long busyNanos;
    private boolean ended;
    private int dropped;
    private Optional<Throwable> failure = Optional.empty();

    /** The most memory in bytes that sums of a question with as many activations take in a layer until they are written. */
    public static long sumBytes(int activations, int experts) {
        return ShardSums.maxBytes(activations, experts);
    }

    private interface Waiting {
        void await() throws InterruptedException;
    }

    /**
     * A transaction that has been committed.
     *
     * @param questions questions of the shards of one transaction
     * @param took time of the transaction
     */
    public record Commit(int questions, Duration took) {}

    /**
     * Starts the thread that writes.
     *
     * @param bytes limit for the memory of shards, including those being written; one shard is always accepted
     * @param committed called after each commit on the thread of the queue, with the shards that are waiting
     */
    public ShardQueue(RunWriter writer, long bytes, BiConsumer<Commit, WritingProgress> committed) {
        this.writer = requireNonNull(writer, "writer is null");
        this.limit = bytes;
        this.committed = requireNonNull(committed, "committed is null");
        this.thread = DaemonThreads.start("gatehouse-writer", this::write);
    }

    /**
     * Adds a shard, and waits until there is room for it. The shard is prepared on the calling thread, while earlier
     * shards are being written.
     *
     * @throws IllegalArgumentException if the shard contradicts itself or its run
     * @throws RuntimeException what writing an earlier shard failed with, such as INSUFFICIENT_DISK
     * @throws IllegalStateException if the queue is closed, before or meanwhile
     */
    public void put(Shard shard) {
        put(writer.prepare(shard));
    }

    private synchronized void put(ShardRows shard) {
        long bytes = shard.bytes();
        await(() -> bytesHeld == 0 || bytesHeld + bytes <= limit || failure.isPresent() || ended);
        requireWriting();
        if (ended) {
            throw new IllegalStateException("The queue is closed");
        }
        waiting.add(shard);
        shardsHeld++;
        bytesHeld += bytes;
        notifyAll();
    }

    /** Throws the exception that ended the writing, if there is one: nothing more will be written then. */
    public synchronized void requireWriting() {
        if (failure.isEmpty()) {
            return;
        }
        if (failure.get() instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure.get();
    }

    /**
     * Waits until every shard is in the file; throws the exception that ended the writing, if there is one.
     *
     * @throws IllegalStateException if the queue was closed before they were
     */
    public synchronized void drain() {
        await(() -> shardsHeld == 0 || failure.isPresent());
        requireWriting();
        if (dropped > 0) {
            throw new IllegalStateException("The queue was closed before %d shards were written".formatted(dropped));
        }
    }

    public synchronized WritingProgress progress() {
        return new WritingProgress(shardsHeld, bytesHeld, activations, Duration.ofNanos(busyNanos));
    }

    /** Waits for the current transaction, if there is one, and drops the shards that are waiting. */
    @Override
    public void close() {
        synchronized (this) {
            ended = true;
            dropped += waiting.size();
            shardsHeld -= waiting.size();
            bytesHeld -= waiting.stream().mapToLong(ShardRows::bytes).sum();
            waiting.clear();
            notifyAll();
        }
        uninterrupted(thread::join);
    }

    private void write() {
        try {
            for (List<ShardRows> group = next(); !group.isEmpty(); group = next()) {
                long start = System.nanoTime();
                writer.writeRows(group);
                Duration took = Duration.ofNanos(System.nanoTime() - start);
                written(group, took);
                int questions =
                        group.stream().mapToInt(shard -> shard.answers().size()).sum();
                committed.accept(new Commit(questions, took), progress());
            }
        } catch (RuntimeException | Error e) {
            synchronized (this) {
                failure = Optional.of(e);
                notifyAll();
            }
        }
    }

    /** Returns the shards to write next, at most half of the room so that the rest can fill; none when the queue closes. */
    private synchronized List<ShardRows> next() {
        await(() -> !waiting.isEmpty() || ended);
        List<ShardRows> group = new ArrayList<>();
        long bytes = 0;
        while (!waiting.isEmpty() && (group.isEmpty() || bytes + waiting.peek().bytes() <= limit / 2)) {
            bytes += waiting.peek().bytes();
            group.add(waiting.remove());
        }
        return group;
    }

    private synchronized void written(List<ShardRows> group, Duration took) {
        for (ShardRows shard : group) {
            shardsHeld--;
            bytesHeld -= shard.bytes();
            activations += shard.activations();
        }
        busyNanos += took.toNanos();
        notifyAll();
    }

    private void await(BooleanSupplier ready) {
        uninterrupted(() -> {
            while (!ready.getAsBoolean()) {
                wait();
            }
        });
    }

    /** Restores an interrupt afterwards: the queue must hand over memory and end its thread in any case. */
    private static void uninterrupted(Waiting waiting) {
        boolean interrupted = false;
        boolean done = false;
        while (!done) {
            try {
                waiting.await();
                done = true;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
