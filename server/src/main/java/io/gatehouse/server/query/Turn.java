package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

/**
 * The right of one query to compute. A short query has a place among those that run. One that has computed for long gives
 * its place up and takes turns with its like from then on, so that short ones do not wait for it: it computes while it
 * has a turn, and waits for one between two of its rows. Safe for use by many threads.
 */
final class Turn implements AutoCloseable {
    /** After so long another one that waits has its turn. */
    private static final long SLICE_NANOS = 50_000_000;

    private enum State {
        SHORT,
        WAITING,
        COMPUTING,
        ENDED
    }

    private final Admission admission;
    private volatile State state = State.SHORT;
    private volatile long since;

    Turn(Admission admission) {
        this.admission = requireNonNull(admission, "admission is null");
    }

    /** Whether the query has a place among the short ones. */
    boolean isShort() {
        return state == State.SHORT;
    }

    /** Says that the query takes long. It has a turn now if one is free. */
    synchronized void becomeLong() {
        if (state == State.SHORT) {
            if (admission.becomeLong()) {
                compute();
            } else {
                state = State.WAITING;
            }
        }
    }

    boolean isWaiting() {
        return state == State.WAITING;
    }

    /** Returns when the query may compute, which a short one may at once. */
    void await(ServedQuery query) {
        if (state == State.WAITING) {
            admission.awaitTurn(query);
            synchronized (this) {
                compute();
            }
        }
    }

    private void compute() {
        state = State.COMPUTING;
        since = System.nanoTime();
    }

    /** Lets others compute if the query has done so for a while. */
    void giveWay() {
        if (state == State.COMPUTING && System.nanoTime() - since > SLICE_NANOS && admission.isTurnAwaited()) {
            pause();
        }
    }

    /** Lets others compute while the query does something else, such as waiting for its client. */
    void pause() {
        if (state == State.COMPUTING) {
            synchronized (this) {
                if (state == State.COMPUTING) {
                    state = State.WAITING;
                    admission.endTurn();
                }
            }
        }
    }

    @Override
    public synchronized void close() {
        pause();
        if (state == State.SHORT) {
            admission.leave();
        } else if (state == State.WAITING) {
            admission.leaveLong();
        }
        state = State.ENDED;
    }
}
