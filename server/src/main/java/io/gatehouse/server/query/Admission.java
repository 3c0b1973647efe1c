package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.Deadline;
import java.util.concurrent.CountDownLatch;

/**
 * Lets so many short queries run at a time and turns away those that come when too many wait. Of the queries that take
 * long fewer compute at a time, since each of them takes all the cores that it can get.
 */
final class Admission {
    private final QueryAllowance allowance;
    private final Line shortOnes;
    private final Line turns;
    private int longOnes;

    Admission(QueryAllowance allowance) {
        this.allowance = requireNonNull(allowance, "allowance is null");
        this.shortOnes = new Line(allowance.concurrent());
        this.turns = new Line(allowance.computing());
    }

    /**
     * Returns when the query may run, with its right to do so, which closing gives back.
     *
     * @throws GatehouseException QUERY_BUSY if too many wait already, or this one has waited too long;
     *     CANCELLED_BY_USER if it is cancelled meanwhile
     */
    Turn enter(ServedQuery query) {
        CountDownLatch place;
        synchronized (this) {
            if (longOnes < allowance.queued() + allowance.concurrent() && shortOnes.tryEnter()) {
                return new Turn(this);
            }
            int waiting = waiting();
            if (waiting >= allowance.queued()) {
                throw new GatehouseException(
                        ErrorCode.QUERY_BUSY,
                        "As many queries run as this server takes, %d, and as many wait, %d. Try again in a moment."
                                .formatted(allowance.concurrent(), waiting));
            }
            place = shortOnes.stand();
        }
        query.queued();
        shortOnes.await(place, patience(query, allowance.concurrent()));
        return new Turn(this);
    }

    /** Ends the right of a short query. */
    void leave() {
        shortOnes.leave();
    }

    /** Gives up the place of a short query that has turned out to take long; true if it has a turn at once. */
    synchronized boolean becomeLong() {
        longOnes++;
        shortOnes.leave();
        return turns.tryEnter();
    }

    /** Ends the right of a query that takes long and has no turn. */
    synchronized void leaveLong() {
        longOnes--;
    }

    /** Returns when the turn of a query that takes long has come. */
    void awaitTurn(ServedQuery query) {
        turns.await(turns.stand(), patience(query, allowance.computing()));
    }

    void endTurn() {
        turns.leave();
    }

    /** Whether queries that take long wait for their turn. */
    boolean isTurnAwaited() {
        return turns.waiting() > 0;
    }

    /** Queries that wait, for a place or for a turn. */
    int waiting() {
        return shortOnes.waiting() + turns.waiting();
    }

    private Runnable patience(ServedQuery query, int atATime) {
        long deadline = System.nanoTime() + allowance.patience().toNanos();
        return () -> {
            query.requireWanted();
            if (System.nanoTime() - deadline >= 0) {
                throw new GatehouseException(
                        ErrorCode.QUERY_BUSY,
                        "The query has waited %s for its turn, as long as this server lets one wait. It runs %d at a time."
                                .formatted(Deadline.in(allowance.patience()), atATime));
            }
        };
    }
}
