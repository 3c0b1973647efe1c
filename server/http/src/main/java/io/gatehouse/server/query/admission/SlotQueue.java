package io.gatehouse.server.query.admission;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A fixed number of slots, granted in the order in which they were asked for. */
public final class SlotQueue {
    private static final long CHECK_INTERVAL_MILLIS = 50;

    private final Deque<CountDownLatch> waiting = new ArrayDeque<>();
    private final int slots;
    /** Negative while slots are borrowed. */
    private int free;

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

    /**
     * Returns when a slot is granted; {@link #release} must follow.
     *
     * @param check is called while the slot is not granted, and throws to leave the queue
     */
    public void acquire(Runnable check) {
        CountDownLatch granted = new CountDownLatch(1);
        synchronized (this) {
            if (tryAcquire()) {
                return;
            }
            waiting.addLast(granted);
        }
        try {
            while (!granted.await(CHECK_INTERVAL_MILLIS, TimeUnit.MILLISECONDS)) {
                check.run();
            }
        } catch (InterruptedException e) {
            abandon(granted);
            Thread.currentThread().interrupt();
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The request was interrupted.", e);
        } catch (RuntimeException e) {
            abandon(granted);
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
        CountDownLatch next = free < 0 ? null : waiting.pollFirst();
        if (next == null) {
            free++;
        } else {
            next.countDown();
        }
    }

    public synchronized int waiting() {
        return waiting.size();
    }

    /** The slot may have been granted just now; then it goes to the next one. */
    private synchronized void abandon(CountDownLatch granted) {
        if (!waiting.remove(granted)) {
            release();
        }
    }
}
