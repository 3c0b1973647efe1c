package io.gatehouse.server.query.admission;

import static java.util.Comparator.comparingInt;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A fixed number of slots, granted by rank, and within a rank in the order in which they were asked for. */
public final class SlotQueue {
    private static final long CHECK_INTERVAL_MILLIS = 50;

    private record Waiting(int rank, long arrival, CountDownLatch granted) {}

    private final Queue<Waiting> waiting =
            new PriorityQueue<>(comparingInt(Waiting::rank).thenComparingLong(Waiting::arrival));
    private final int slots;
    /** Negative while slots are borrowed. */
    private int free;

    private long arrivals;

    public SlotQueue(int slots) {
        this.slots = slots;
        this.free = slots;
    }

    /** Takes a slot if one is free. */
    public synchronized boolean tryAcquire() {
        boolean acquired = free > 0;
        if (acquired) {
            free--;
        }
        return acquired;
    }

    /** Returns when a slot is granted to a request of rank 0. */
    public void acquire(Runnable check) {
        acquire(0, check);
    }

    /**
     * Returns when a slot is granted; {@link #release} must follow.
     *
     * @param rank lower ones come first
     * @param check is called while the slot is not granted, and throws to leave the queue
     */
    void acquire(int rank, Runnable check) {
        Waiting request;
        synchronized (this) {
            if (tryAcquire()) {
                return;
            }
            request = new Waiting(rank, arrivals++, new CountDownLatch(1));
            waiting.add(request);
        }
        try {
            while (!request.granted().await(CHECK_INTERVAL_MILLIS, TimeUnit.MILLISECONDS)) {
                check.run();
            }
        } catch (InterruptedException e) {
            abandon(request);
            Thread.currentThread().interrupt();
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The request was interrupted.", e);
        } catch (RuntimeException e) {
            abandon(request);
            throw e;
        }
    }

    /** Takes a slot even if none is free, up to twice their number; nobody else is granted one until it is returned. */
    synchronized boolean borrow() {
        boolean borrowed = free > -slots;
        if (borrowed) {
            free--;
        }
        return borrowed;
    }

    public synchronized void release() {
        Waiting next = free < 0 ? null : waiting.poll();
        if (next == null) {
            free++;
        } else {
            next.granted().countDown();
        }
    }

    public synchronized int waiting() {
        return waiting.size();
    }

    /** Whether a slot that is released now goes to a request of a lower rank. */
    synchronized boolean isWantedBelow(int rank) {
        Waiting first = waiting.peek();
        return free >= 0 && first != null && first.rank() < rank;
    }

    /** The slot may have been granted just now; then it goes to the next one. */
    private synchronized void abandon(Waiting request) {
        if (!waiting.remove(request)) {
            release();
        }
    }
}
