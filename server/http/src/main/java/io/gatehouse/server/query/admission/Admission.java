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
    private final int maxShort;
    private final int maxLong;
    private final int maxWaiting;
    private final Duration patience;
    private final SlotQueue shortQueries;
    private final SlotQueue longQueries;
    private final LongStatements longStatements = new LongStatements();
    private int longOnes;

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
     * Returns when a query may run: as a short one, unless its statement was long when it last ran. Closing what is
     * returned lets the next one run.
     *
     * @param sql of the statement
     * @param waits is called before the query waits
     * @param check is called while it waits, and throws to give up
     * @throws GatehouseException QUERY_BUSY if too many wait already, or this one has waited too long
     */
    public ComputeSlot enter(String sql, Runnable waits, Runnable check) {
        String form = LongStatements.form(sql);
        return longStatements.contains(form) ? enterLong(form, waits, check) : enterShort(form, waits, check);
    }

    private ComputeSlot enterShort(String form, Runnable waits, Runnable check) {
        synchronized (this) {
            checkLong();
            if (shortQueries.tryAcquire()) {
                return ComputeSlot.ofShort(this, form);
            }
            if (shortQueries.waiting() >= maxWaiting) {
                throw busy("queries wait, and %d run".formatted(maxShort), shortQueries.waiting());
            }
        }
        waits.run();
        shortQueries.acquire(impatient(check, maxShort));
        return ComputeSlot.ofShort(this, form);
    }

    private ComputeSlot enterLong(String form, Runnable waits, Runnable check) {
        synchronized (this) {
            checkLong();
            longOnes++;
        }
        ComputeSlot slot = ComputeSlot.ofLong(this, form);
        try {
            waits.run();
            awaitTurn(slot, check);
            return slot;
        } catch (RuntimeException e) {
            slot.close();
            throw e;
        }
    }

    private void checkLong() {
        if (longOnes >= maxLong + maxWaiting) {
            throw busy("long queries run or wait", longOnes);
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
        longOnes++;
        shortQueries.release();
    }

    void leaveShort(String form) {
        longStatements.ended(form, 0);
        shortQueries.release();
    }

    /** @param computedNanos time for which it has computed as a long query; 0 if it never did */
    synchronized void leaveLong(String form, long computedNanos) {
        if (computedNanos > 0) {
            longStatements.ended(form, computedNanos);
        }
        longOnes--;
    }

    SlotQueue longQueries() {
        return longQueries;
    }
}
