package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Lets so many looks at statements and relations happen at a time as queries may run: those that describe, check,
 * complete and count. Each ends by itself within a few seconds, so that nobody needs to see or to cancel it; but without
 * a bound, a page that asks at every key would take all planners and threads.
 */
public final class Lookups {
    private static final long PATIENCE_SECONDS = 5;

    private final QueryAllowance allowance;
    private final Semaphore turns;

    public Lookups(QueryAllowance allowance) {
        this.allowance = requireNonNull(allowance, "allowance is null");
        this.turns = new Semaphore(allowance.concurrent(), true);
    }

    /**
     * Looks when its turn has come.
     *
     * @throws GatehouseException QUERY_BUSY if too many wait already, or this one has waited too long
     */
    public <T> T look(Supplier<T> work) {
        enter();
        try {
            return work.get();
        } finally {
            turns.release();
        }
    }

    private void enter() {
        try {
            boolean admitted = turns.tryAcquire()
                    || (turns.getQueueLength() < allowance.queued()
                            && turns.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS));
            if (!admitted) {
                throw new GatehouseException(
                        ErrorCode.QUERY_BUSY,
                        "As many statements are looked at as this server takes, %d. Try again in a moment."
                                .formatted(allowance.concurrent()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The request was cancelled.", e);
        }
    }
}
