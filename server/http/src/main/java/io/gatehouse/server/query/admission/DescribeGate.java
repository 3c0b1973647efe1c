package io.gatehouse.server.query.admission;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.deadline.Deadline;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Limits how many statements and relations are described, checked, completed or counted at a time. Each takes a few
 * seconds at most, so nobody needs to see or cancel it; but without a limit, a page that asks at every key would take all
 * planners and threads.
 */
public final class DescribeGate {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final int atATime;
    private final int maxWaiting;
    private final SlotQueue slots;

    public DescribeGate(int atATime, int maxWaiting) {
        this.atATime = atATime;
        this.maxWaiting = maxWaiting;
        this.slots = new SlotQueue(atATime);
    }

    /**
     * Does the work in its turn.
     *
     * @throws GatehouseException QUERY_BUSY if too many wait already, or this one has waited too long
     */
    public <T> T run(Supplier<T> work) {
        if (!slots.tryAcquire()) {
            await();
        }
        try {
            return work.get();
        } finally {
            slots.release();
        }
    }

    private void await() {
        if (slots.waiting() >= maxWaiting) {
            throw busy();
        }
        Deadline deadline = Deadline.in(PATIENCE);
        slots.acquire(() -> {
            if (deadline.passed()) {
                throw busy();
            }
        });
    }

    private GatehouseException busy() {
        return new GatehouseException(
                ErrorCode.QUERY_BUSY,
                "The server describes %d statements at a time and is busy. Try again in a moment.".formatted(atATime));
    }
}
