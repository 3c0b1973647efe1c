package io.gatehouse.store.database;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Repeats a transaction for which DuckDB had no memory. All statements of a process share one limit: queries of users may
 * hold all of it for a moment, and a run must not fail because of that.
 */
public final class MemoryRetry {
    /** With the pauses in between three seconds, which is less than a stopping server waits for its run. */
    private static final int MAX_TRIES = 7;

    private static final long FIRST_PAUSE_NANOS = 50_000_000;

    private MemoryRetry() {}

    public static void run(Runnable transaction) {
        get(() -> {
            transaction.run();
            return true;
        });
    }

    /**
     * Runs a transaction that returns something.
     *
     * @throws GatehouseException what the transaction fails with; OUT_OF_MEMORY after the last try
     */
    public static <T> T get(Supplier<T> transaction) {
        for (int tries = 1; ; tries++) {
            try {
                return transaction.get();
            } catch (GatehouseException e) {
                if (e.code() != ErrorCode.OUT_OF_MEMORY
                        || tries == MAX_TRIES
                        || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
            LockSupport.parkNanos(FIRST_PAUSE_NANOS << (tries - 1));
        }
    }
}
