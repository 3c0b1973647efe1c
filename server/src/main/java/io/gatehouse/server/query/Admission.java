package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets so many queries run at a time, some more wait in the order they came, and turns the rest away. */
final class Admission {
    private static final long LOOK_EVERY_MILLIS = 50;

    private final QueryAllowance allowance;
    private final Deque<CountDownLatch> waiting = new ArrayDeque<>();
    private int running;

    Admission(QueryAllowance allowance) {
        this.allowance = requireNonNull(allowance, "allowance is null");
    }

    /**
     * Returns when the query may run; {@link #leave} must follow.
     *
     * @throws GatehouseException QUERY_BUSY if too many wait already, or this one has waited too long;
     *     CANCELLED_BY_USER if it is cancelled meanwhile
     */
    void enter(ServedQuery query) {
        CountDownLatch turn = new CountDownLatch(1);
        synchronized (this) {
            if (running < allowance.concurrent()) {
                running++;
                return;
            }
            if (waiting.size() >= allowance.queued()) {
                throw new GatehouseException(
                        ErrorCode.QUERY_BUSY,
                        "As many queries run as this server takes, %d, and as many wait, %d. Try again in a moment."
                                .formatted(running, waiting.size()));
            }
            waiting.addLast(turn);
        }
        try {
            query.queued();
            await(turn, query);
        } catch (RuntimeException e) {
            giveUp(turn);
            throw e;
        }
    }

    synchronized void leave() {
        CountDownLatch next = waiting.pollFirst();
        if (next == null) {
            running--;
        } else {
            next.countDown();
        }
    }

    synchronized int waiting() {
        return waiting.size();
    }

    private void await(CountDownLatch turn, ServedQuery query) {
        long deadline = System.nanoTime() + allowance.patience().toNanos();
        try {
            while (!turn.await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
                query.requireWanted();
                if (System.nanoTime() - deadline >= 0) {
                    throw new GatehouseException(
                            ErrorCode.QUERY_BUSY,
                            "The query has waited %d s for its turn, as long as this server lets one wait. It runs %d at a time."
                                    .formatted(allowance.patience().toSeconds(), allowance.concurrent()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The query was cancelled.", e);
        }
    }

    /** Its turn may have come just now; then it is handed on. */
    private synchronized void giveUp(CountDownLatch turn) {
        if (!waiting.remove(turn)) {
            leave();
        }
    }
}
