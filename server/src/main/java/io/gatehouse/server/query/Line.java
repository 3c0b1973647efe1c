package io.gatehouse.server.query;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** So many places, given in the order in which they were asked for. */
final class Line {
    private static final long LOOK_EVERY_MILLIS = 50;

    private final Deque<CountDownLatch> waiting = new ArrayDeque<>();
    private int free;

    Line(int places) {
        this.free = places;
    }

    /** Takes a place if one is free. */
    synchronized boolean tryEnter() {
        boolean entered = free > 0;
        if (entered) {
            free--;
        }
        return entered;
    }

    /** Stands in line. What is returned is for {@link #await}, which must follow. */
    synchronized CountDownLatch stand() {
        CountDownLatch place = new CountDownLatch(1);
        if (tryEnter()) {
            place.countDown();
        } else {
            waiting.addLast(place);
        }
        return place;
    }

    /**
     * Returns when the place is given; {@link #leave} must follow.
     *
     * @param check is called while it is not, and throws to leave the line
     */
    void await(CountDownLatch place, Runnable check) {
        try {
            while (!place.await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
                check.run();
            }
        } catch (InterruptedException e) {
            giveUp(place);
            Thread.currentThread().interrupt();
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The query was cancelled.", e);
        } catch (RuntimeException e) {
            giveUp(place);
            throw e;
        }
    }

    synchronized void leave() {
        CountDownLatch next = waiting.pollFirst();
        if (next == null) {
            free++;
        } else {
            next.countDown();
        }
    }

    synchronized int waiting() {
        return waiting.size();
    }

    /** It may have been given just now; then it is handed on. */
    private synchronized void giveUp(CountDownLatch place) {
        if (!waiting.remove(place)) {
            leave();
        }
    }
}
