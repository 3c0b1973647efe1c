package io.gatehouse.server.query.admission;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.deadline.Deadline;
import java.time.Duration;

/**
 * Lets a number of short queries run at a time, and a smaller number of long ones compute: each of these takes all the
 * cores that it can get. Some more wait; what comes then is refused.
 */
public final class Admission {
    /** A query is long that has run for this time. */
    public static final long LONG_NANOS = 100_000_000;

    private final int maxShort;
    private final int maxLong;
    private final int maxWaiting;
    private final Duration patience;
    private final SlotQueue shortQueries;
    private final SlotQueue longQueries;
    private final LongStatements longStatements = new LongStatements();
    private int longQueryCount;

    /**
     * @param maxShort short queries that run at a time
     * @param maxLong long queries that compute at a time
     * @param maxWaiting short queries that wait, and long ones that wait for a slot or for their client
     * @param patience how long a query without rows waits
     */
    public Admission(int maxShort, int maxLong, int maxWaiting, Duration patience) {
        this.maxShort = maxShort;
        this.maxLong = maxLong;
        this.maxWaiting = maxWaiting;
        this.patience = patience;
        this.shortQueries = new SlotQueue(maxShort);
        this.longQueries = new SlotQueue(maxLong);
    }

    /**
     * Returns when a query may run: as a short one, unless its statement computed for long when it last ran. Closing what
     * is returned lets the next one run.
     *
     * @param sql of the statement
     * @param waits is called before the query waits
     * @param check is called while it waits, and throws to give up
     * @throws GatehouseException QUERY_BUSY if too many wait already, or this one has waited too long
     */
    public ComputeSlot enter(String sql, Runnable waits, Runnable check) {
        String fingerprint = LongStatements.fingerprint(sql);
        return longStatements.contains(fingerprint)
                ? enterLong(fingerprint, waits, check)
                : enterShort(fingerprint, waits, check);
    }

    private ComputeSlot enterShort(String fingerprint, Runnable waits, Runnable check) {
        synchronized (this) {
            refuseIfFull(maxLong + maxWaiting);
            if (shortQueries.tryAcquire()) {
                return ComputeSlot.ofShort(this, fingerprint);
            }
            if (shortQueries.waiting() >= maxWaiting) {
                throw busy("queries wait, and %d run".formatted(maxShort), shortQueries.waiting());
            }
        }
        waits.run();
        shortQueries.acquire(impatient(check, maxShort));
        return ComputeSlot.ofShort(this, fingerprint);
    }

    /** Leaves half of the places to short queries that become long. */
    private ComputeSlot enterLong(String fingerprint, Runnable waits, Runnable check) {
        synchronized (this) {
            refuseIfFull(maxLong + maxWaiting / 2);
            longQueryCount++;
        }
        ComputeSlot slot = ComputeSlot.ofLong(this, fingerprint);
        try {
            if (!slot.tryResume()) {
                waits.run();
                awaitTurn(slot, check);
            }
            return slot;
        } catch (RuntimeException e) {
            slot.close();
            throw e;
        }
    }

    private void refuseIfFull(int most) {
        if (longQueryCount >= most) {
            throw busy("long queries run or wait", longQueryCount);
        }
    }

    private static GatehouseException busy(String what, int number) {
        return new GatehouseException(
                ErrorCode.QUERY_BUSY,
                "%d %s, as many as this server takes. Try again in a moment.".formatted(number, what));
    }

    /** Returns when a long query that has no rows yet may compute. */
    public void awaitTurn(ComputeSlot slot, Runnable check) {
        slot.await(impatient(check, maxLong));
    }

    private Runnable impatient(Runnable check, int atATime) {
        Deadline deadline = Deadline.in(patience);
        return () -> {
            check.run();
            if (deadline.passed()) {
                throw new GatehouseException(
                        ErrorCode.QUERY_BUSY,
                        "The query has waited for %s, the limit of this server, which runs %d such queries at a time."
                                .formatted(deadline, atATime));
            }
        };
    }

    /** Queries that wait to run or to compute. */
    public int waiting() {
        return shortQueries.waiting() + longQueries.waiting();
    }

    synchronized void becomeLong() {
        longQueryCount++;
        shortQueries.release();
    }

    void leaveShort(String fingerprint, boolean complete) {
        longStatements.ended(fingerprint, 0, complete);
        shortQueries.release();
    }

    /** @param computedNanos time for which it has computed as a long query since it last began */
    synchronized void leaveLong(String fingerprint, long computedNanos, boolean complete) {
        longStatements.ended(fingerprint, computedNanos, complete);
        longQueryCount--;
    }

    SlotQueue longQueries() {
        return longQueries;
    }
}
