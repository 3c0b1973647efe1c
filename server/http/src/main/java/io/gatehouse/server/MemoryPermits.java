package io.gatehouse.server;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Memory outside of the Java heap and of the tables, which work of several kinds takes for a time: it is divided in the
 * order of arrival.
 */
public final class MemoryPermits {
    /** Permits are counted in these units. */
    private static final int UNIT_BITS = 16;

    private static final long LOOK_MILLIS = 20;

    private final long bytes;
    private final int units;
    private final Semaphore free;

    /** @param bytes all that there is */
    public MemoryPermits(long bytes) {
        this.bytes = bytes;
        this.units = units(bytes);
        this.free = new Semaphore(units, true);
    }

    /** Some of the memory, until it is closed. */
    public final class Permit implements AutoCloseable {
        private int units;

        private Permit(int units) {
            this.units = units;
        }

        @Override
        public void close() {
            free.release(units);
            units = 0;
        }
    }

    private static int units(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, (bytes + (1 << UNIT_BITS) - 1) >> UNIT_BITS));
    }

    /** All that there is. */
    public long bytes() {
        return bytes;
    }

    /** Takes memory if it is free now; it is given back by {@link #release}. */
    public boolean tryTake(long wanted) {
        return free.tryAcquire(units(wanted));
    }

    public void release(long taken) {
        if (taken > 0) {
            free.release(units(taken));
        }
    }

    /**
     * Takes memory, or as much as there is at all, when it is free.
     *
     * @param check is called while it is not, and throws to give up
     * @throws GatehouseException QUERY_BUSY if it is not free for too long
     */
    public Permit take(long needed, Duration patience, Runnable check) {
        int wanted = Math.min(units, units(needed));
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            while (!free.tryAcquire(wanted, LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                check.run();
                if (System.nanoTime() - deadline > 0) {
                    throw new GatehouseException(
                            ErrorCode.QUERY_BUSY,
                            "Others hold the memory that this needs, %,d bytes. Try again in a moment."
                                    .formatted(needed));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The wait for memory was interrupted.", e);
        }
        return new Permit(wanted);
    }
}
