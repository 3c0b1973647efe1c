package io.gatehouse.server.query.admission;

import static java.util.Objects.requireNonNull;

/**
 * The right of one query to compute. A short query has a slot of its own until it ends. A long query shares the slots for
 * long queries with others: it holds one while it computes, and waits for one between two of its rows. Those that are only
 * just long come before all others, so that they do not wait for one that takes minutes. Safe for use by many threads, of
 * which one computes.
 */
public final class ComputeSlot implements AutoCloseable {
    /** A long query lets another one compute after this time. */
    private static final long SLICE_NANOS = 50_000_000;
    /** A query that would have to begin again computes at least for this time, and for as long as it has before. */
    static final long FIRST_TURN_NANOS = 200_000_000;

    private enum State {
        SHORT,
        SHORT_PAUSED,
        /** Without a slot, and not in the queue for one: it does something else, or computes on nevertheless. */
        LONG_WITHOUT,
        LONG_QUEUED,
        LONG_COMPUTING,
        CLOSED
    }

    private final Admission admission;
    private final String fingerprint;
    private final int firstRank;
    private volatile State state;
    private volatile long computingSince;
    /** Time that it has held a slot for long queries, but for the time since {@link #computingSince}. */
    private volatile long computedNanos;
    /** The part of it since it last began. */
    private volatile long attemptNanos;

    private volatile boolean complete;

    private ComputeSlot(Admission admission, String fingerprint, State state, int firstRank) {
        this.admission = requireNonNull(admission, "admission is null");
        this.fingerprint = requireNonNull(fingerprint, "fingerprint is null");
        this.state = state;
        this.firstRank = firstRank;
    }

    /** The slot of a query that has one among the short queries. */
    static ComputeSlot ofShort(Admission admission, String fingerprint) {
        return new ComputeSlot(admission, fingerprint, State.SHORT, 0);
    }

    /**
     * The slot of a query whose statement was long before. It comes after those that are just long, but before those that
     * have computed for some turns: with other numbers it may be short.
     */
    static ComputeSlot ofLong(Admission admission, String fingerprint) {
        return new ComputeSlot(admission, fingerprint, State.LONG_WITHOUT, 1);
    }

    /** The query computes from its beginning; what came before was another attempt, or planning. */
    public synchronized void begin() {
        computingSince = System.nanoTime();
        attemptNanos = 0;
    }

    /** The query has reached its last row. */
    public void complete() {
        complete = true;
    }

    public boolean isShort() {
        return state == State.SHORT || state == State.SHORT_PAUSED;
    }

    /** Makes the query a long one. It continues to compute if a slot for long queries is free. */
    public synchronized void becomeLong() {
        if (isShort()) {
            boolean computes = state == State.SHORT;
            admission.becomeLong();
            state = State.LONG_WITHOUT;
            if (computes) {
                tryResume();
            }
        }
    }

    /** Lets a long query compute if a slot is free. */
    synchronized boolean tryResume() {
        boolean free = state == State.LONG_WITHOUT && admission.longQueries().tryAcquire();
        if (free) {
            compute();
        }
        return free;
    }

    /** Whether it is a long query without a slot. */
    public boolean isWaiting() {
        return state == State.LONG_WITHOUT || state == State.LONG_QUEUED;
    }

    /** Lets a long query that computes without a slot have one, although none is free; false if too many do so. */
    public synchronized boolean borrow() {
        if (state == State.LONG_WITHOUT) {
            if (!admission.longQueries().borrow()) {
                return false;
            }
            compute();
        }
        return true;
    }

    /**
     * Returns when the query may compute.
     *
     * @param check is called while it may not, and throws to give up
     */
    public void await(Runnable check) {
        if (state == State.SHORT || state == State.LONG_COMPUTING || !mustQueue()) {
            return;
        }
        admission.longQueries().acquire(rank(computedNanos), check);
        resume();
    }

    private synchronized boolean mustQueue() {
        if (state == State.SHORT_PAUSED) {
            state = State.SHORT;
        }
        boolean must = state == State.LONG_WITHOUT;
        if (must) {
            state = State.LONG_QUEUED;
        }
        return must;
    }

    private synchronized void resume() {
        if (state == State.LONG_QUEUED) {
            compute();
        } else {
            // It was closed in the meantime.
            admission.longQueries().release();
        }
    }

    private void compute() {
        state = State.LONG_COMPUTING;
        computingSince = System.nanoTime();
    }

    /** 0 for a query that is just long, 1 for one that has computed for a turn, 2 for all others. */
    private int rank(long nanos) {
        return Math.max(firstRank, (int) Math.min(2, nanos / FIRST_TURN_NANOS));
    }

    /**
     * Takes the slot from a long query that would have to begin again, if it has had its turn and another one comes before
     * it; false otherwise. A turn is as long as all before it and shorter than what the query needs, so that all turns
     * that are lost are shorter than twice that.
     */
    public synchronized boolean tryEndTurn() {
        if (state != State.LONG_COMPUTING) {
            return false;
        }
        long turn = System.nanoTime() - computingSince;
        if (turn < Math.max(FIRST_TURN_NANOS, computedNanos)) {
            return false;
        }
        int before = rank(computedNanos);
        int rank = rank(computedNanos + turn);
        // It came before those of its present rank only because it was new.
        boolean wanted = admission.longQueries().isWantedBelow(rank > before ? rank + 1 : rank);
        if (wanted) {
            pause();
        }
        return wanted;
    }

    /** Lets another long query compute if this one has done so for a while. */
    public void giveWay() {
        if (state == State.LONG_COMPUTING
                && System.nanoTime() - computingSince > SLICE_NANOS
                && admission.longQueries().waiting() > 0) {
            pause();
        }
    }

    /** Lets other long queries compute while this query waits for its client. */
    public synchronized void pause() {
        if (state == State.SHORT) {
            state = State.SHORT_PAUSED;
        } else if (state == State.LONG_COMPUTING) {
            state = State.LONG_WITHOUT;
            long turn = System.nanoTime() - computingSince;
            computedNanos += turn;
            attemptNanos += turn;
            admission.longQueries().release();
        }
    }

    @Override
    public synchronized void close() {
        pause();
        switch (state) {
            case SHORT_PAUSED -> admission.leaveShort(fingerprint, complete);
            case LONG_WITHOUT, LONG_QUEUED -> admission.leaveLong(fingerprint, attemptNanos, complete);
            case SHORT, LONG_COMPUTING, CLOSED -> {}
        }
        state = State.CLOSED;
    }
}
