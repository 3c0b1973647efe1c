package io.gatehouse.store.write;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/**
 * Writes the shards of a run on a thread of its own, so that whoever computes them goes on meanwhile. Their memory is
 * bounded: where there is no more room, {@link #put} waits, and so does the computing.
 *
 * <p>Shards that have come to wait together are written in one transaction. A writer that keeps up so commits each by
 * itself; one that does not gets faster, since a commit costs much beside its rows. Everything may be called from any
 * thread, but the run writer is the queue's until it is closed or {@link #drain} has returned.
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

    private interface Waiting {
        void await() throws InterruptedException;
    }

    /**
     * What is in the file since just now.
     *
     * @param questions questions of the shards of one transaction
     * @param took time of the transaction
     */
    public record Commit(int questions, Duration took) {}

    /**
     * Begins to wait for shards.
     *
     * @param bytes most memory of shards, those being written included; one shard may always be in
     * @param committed told after each commit, with what waits then, on the queue's thread
     */
    public ShardQueue(RunWriter writer, long bytes, BiConsumer<Commit, WritingProgress> committed) {
        this.writer = requireNonNull(writer, "writer is null");
        this.limit = bytes;
        this.committed = requireNonNull(committed, "committed is null");
        this.thread = new Thread(this::write, "gatehouse-writer");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Hands a shard over, and waits for that as long as there is no room. What can be done before its transaction is
     * done here, beside the transaction of the shards before it.
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

    /** Throws what writing failed with, if it did: then nothing more will be written. */
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
     * Waits until every shard is in the file; throws what writing failed with.
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

    /** Waits for the transaction under way, if there is one, and drops the shards that wait. */
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

    /** The shards to write next, up to half of the room so that the other half can fill; none when the queue closes. */
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

    /** An interrupt is kept for later: the queue hands over memory and ends its thread whatever else is wanted. */
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
