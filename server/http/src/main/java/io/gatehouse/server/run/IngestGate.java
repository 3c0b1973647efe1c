package io.gatehouse.server.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.MemoryPermits;
import io.gatehouse.trace.LongStream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/**
 * The streams of routing that are read at a time. A stream holds the memory of the bytes that are there, and works on a
 * batch once it is there as a whole; so senders who are slow keep nobody waiting.
 */
final class IngestGate {
    /** Streams that are open at a time: each has a thread. */
    private static final int STREAMS = 32;
    /** Batches that are worked on at a time. */
    private static final int AT_WORK = 4;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** The least rate of a batch, after the time that each may take. */
    private static final long BYTES_PER_SECOND = 512 << 10;
    /** A stream must have a batch in this time. */
    private static final Duration BETWEEN_BATCHES = Duration.ofSeconds(60);

    private static final long PIECE = 1 << 20;

    private final MemoryPermits receiveMemory;
    private final MemoryPermits workMemory;
    private final Duration messageTime;
    private final Semaphore streams = new Semaphore(STREAMS);

    /**
     * @param receiveMemory memory for what was received
     * @param workMemory memory for working on batches
     * @param messageTime in which a small batch must arrive
     */
    IngestGate(MemoryPermits receiveMemory, MemoryPermits workMemory, Duration messageTime) {
        this.receiveMemory = requireNonNull(receiveMemory, "receiveMemory is null");
        this.workMemory = requireNonNull(workMemory, "workMemory is null");
        this.messageTime = requireNonNull(messageTime, "messageTime is null");
    }

    /** A batch did not arrive in its time. */
    static final class TooSlow extends IOException {
        private static final long serialVersionUID = 1;

        TooSlow(String message) {
            super(message);
        }
    }

    /** Bytes outside the heap that work on one batch may take. */
    long batchMemory() {
        return workMemory.bytes();
    }

    /** @throws GatehouseException QUERY_BUSY if too many streams are read */
    Stream open() {
        if (!streams.tryAcquire()) {
            throw new GatehouseException(
                    ErrorCode.QUERY_BUSY,
                    "Too many streams at a time (limit %d). Try again in a moment.".formatted(STREAMS));
        }
        return new Stream();
    }

    /** One stream. For one thread. */
    final class Stream implements LongStream.Gate, AutoCloseable {
        private long lastBatch = System.nanoTime();
        private boolean begun;
        private long begin;
        private long bytes;
        private long held;

        @Override
        public void message() {
            giveBack();
            begun = false;
            bytes = 0;
        }

        @Override
        public void received(int count) throws IOException {
            long now = System.nanoTime();
            if (!begun) {
                begun = true;
                begin = now;
            }
            bytes += count;
            long allowed = messageTime.toNanos() + bytes * 1_000_000_000L / BYTES_PER_SECOND;
            if (now - begin > allowed || now - lastBatch > BETWEEN_BATCHES.toNanos() + allowed) {
                throw new TooSlow("A batch must come within %d s, and a second more for each %,d bytes of it."
                        .formatted(messageTime.toSeconds(), BYTES_PER_SECOND));
            }
            while (held < bytes) {
                if (!receiveMemory.tryTake(PIECE)) {
                    throw new GatehouseException(
                            ErrorCode.QUERY_BUSY,
                            "Others are sending as much as the server has memory for, %,d bytes. Send the rest again in a moment."
                                    .formatted(receiveMemory.bytes()));
                }
                held += PIECE;
            }
        }

        @Override
        public LongStream.Turn work(long memory) {
            MemoryPermits.Permit permit =
                    workMemory.take(Math.max(memory, workMemory.bytes() / AT_WORK), PATIENCE, () -> {});
            return () -> {
                permit.close();
                lastBatch = System.nanoTime();
            };
        }

        private void giveBack() {
            receiveMemory.release(held);
            held = 0;
        }

        @Override
        public void close() {
            giveBack();
            streams.release();
        }
    }
}
