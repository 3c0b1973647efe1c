package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.query.admission.Admission;
import io.gatehouse.server.query.admission.ComputeSlot;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * When a query becomes a long one, and what happens to it if no slot for long queries is free or its turn ends. DuckDB
 * cannot pause a statement: one without rows is interrupted and restarted later, one with rows waits between two of them.
 *
 * <p>One thread serves the query; another one looks at it from time to time.
 */
final class Preemption {
    /**
     * A query is long that has run for {@link Admission#LONG_NANOS} and computed for this part of it, in its own thread.
     * That it took time to be planned says nothing about this.
     */
    private static final long LONG_CPU_NANOS = 40_000_000;
    /** A query is long that has run for this time, even if it has waited for others. */
    private static final long LONGEST_SHORT_NANOS = 1_000_000_000;

    /** A query that has no slot, and for which none can be borrowed, may compute for this time until its next row. */
    private static final long MAX_BETWEEN_ROWS_NANOS = 5_000_000_000L;

    private static final int MAX_MEMORY_RETRIES = 8;
    /** Before the first retry; before each further one it is twice as long. */
    private static final long MEMORY_RETRY_NANOS = 10_000_000;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private enum Phase {
        /** Planned or run, with nothing sent to the client. */
        NO_ROWS,
        /** Interrupted before its first row. */
        PREEMPTED,
        STREAMING
    }

    private final ComputeSlot slot;
    private final boolean local;
    private volatile Phase phase = Phase.NO_ROWS;
    private volatile long attemptStart = System.nanoTime();
    private volatile long runStart = attemptStart;
    /**
     * How often the serving thread entered or left the engine: odd while it is there. It does so for each row, for which
     * a clock or a memory barrier would be too slow.
     */
    private final AtomicLong engineCrossings = new AtomicLong();

    private long seenCrossings;
    private long seenNanos;
    private volatile int attempts;
    private @Nullable Thread thread;
    private long cpuBefore;
    private int memoryRetries;

    /** @param local whether the query computes in this process; elsewhere it takes nothing from others here */
    Preemption(ComputeSlot slot, boolean local) {
        this.local = local;
        this.slot = requireNonNull(slot, "slot is null");
    }

    /** The query is planned and run, from its beginning. */
    synchronized void startAttempt() {
        phase = Phase.NO_ROWS;
        attempts++;
        attemptStart = System.nanoTime();
    }

    /** The query is planned, and begins to compute in this thread. */
    synchronized void startRun() {
        runStart = System.nanoTime();
        slot.begin();
        thread = Thread.currentThread();
        cpuBefore = THREADS.getThreadCpuTime(thread.getId());
    }

    /** How often the query was started. */
    int attempts() {
        return attempts;
    }

    long attemptStart() {
        return attemptStart;
    }

    boolean isLong() {
        return !slot.isShort();
    }

    boolean isStreaming() {
        return phase == Phase.STREAMING;
    }

    /**
     * Must come before the serving thread asks the engine for rows.
     *
     * @param check is called while the query waits for a slot, and throws to give up
     */
    void enterEngine(Runnable check) {
        if (phase == Phase.STREAMING) {
            slot.giveWay();
        }
        slot.await(check);
        cross();
    }

    /** The serving thread has rows, or knows that there are no more. */
    void leaveEngine() {
        cross();
        if (phase != Phase.STREAMING) {
            synchronized (this) {
                checkPreempted();
                phase = Phase.STREAMING;
            }
        }
    }

    void checkPreempted() {
        if (phase == Phase.PREEMPTED) {
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The query was preempted.");
        }
    }

    void leaveEngineWithError() {
        cross();
    }

    private void cross() {
        engineCrossings.lazySet(engineCrossings.getPlain() + 1);
    }

    /**
     * Looks whether the query is long, and what to do then.
     *
     * @param interrupt stops the statement that runs
     * @return false if the query must end, because too many compute between their rows
     */
    synchronized boolean look(Runnable interrupt) {
        if (!local) {
            return true;
        }
        long now = System.nanoTime();
        if (slot.isShort() && isLong(now)) {
            slot.becomeLong();
            if (slot.isWaiting() && phase == Phase.NO_ROWS) {
                preempt(interrupt);
            }
        } else if (phase == Phase.NO_ROWS && slot.tryEndTurn()) {
            preempt(interrupt);
        }
        long between = phase == Phase.STREAMING && slot.isWaiting() ? nanosInEngine(now) : 0;
        return between < Admission.LONG_NANOS || slot.borrow() || between < MAX_BETWEEN_ROWS_NANOS;
    }

    private void preempt(Runnable interrupt) {
        phase = Phase.PREEMPTED;
        interrupt.run();
    }

    /** For how long the serving thread has been in the engine without a row, as far as calls of this method have seen. */
    private long nanosInEngine(long now) {
        long crossings = engineCrossings.get();
        if (crossings != seenCrossings) {
            seenCrossings = crossings;
            seenNanos = now;
        }
        return crossings % 2 == 0 ? 0 : now - seenNanos;
    }

    private boolean isLong(long now) {
        long run = now - runStart;
        return run > LONGEST_SHORT_NANOS
                || (run > Admission.LONG_NANOS
                        && thread != null
                        && THREADS.getThreadCpuTime(thread.getId()) - cpuBefore > LONG_CPU_NANOS);
    }

    /** Whether the query was preempted, and is to be restarted once it has a slot, instead of failing with an error. */
    boolean mustRestart(GatehouseException error) {
        return phase == Phase.PREEMPTED
                && (error.code() == ErrorCode.CANCELLED_BY_USER || error.code() == ErrorCode.OUT_OF_MEMORY);
    }

    /** Whether the query, which soon found no memory beside others, is to be restarted a moment later. */
    synchronized boolean mustRetry(GatehouseException error) {
        return error.code() == ErrorCode.OUT_OF_MEMORY
                && phase == Phase.NO_ROWS
                && System.nanoTime() - attemptStart < LONGEST_SHORT_NANOS
                && ++memoryRetries <= MAX_MEMORY_RETRIES;
    }

    /** Gives those that hold the memory some time. */
    void awaitMemory() {
        LockSupport.parkNanos(MEMORY_RETRY_NANOS << (memoryRetries - 1));
    }

    /** The query has reached its last row. */
    void complete() {
        slot.complete();
    }

    /** Lets others compute while the serving thread waits for its client. */
    void pause() {
        slot.pause();
    }
}
