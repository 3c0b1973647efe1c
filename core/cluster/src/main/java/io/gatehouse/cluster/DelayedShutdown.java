package io.gatehouse.cluster;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * Keeps Spark alive, when the process is asked to stop, until what is being written has been ended in order: Spark would
 * stop its context at once.
 */
final class DelayedShutdown {
    /** Spark's own hook has 40, and hooks of higher numbers go first. */
    private static final int BEFORE_SPARK = 100;

    /** Hadoop wants a limit, which only what hangs is to reach: rollups of a large run may take minutes. */
    private static final long LIMIT_SECONDS = 600;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Runnable hook = this::await;

    private DelayedShutdown() {}

    /** @throws GatehouseException CANCELLED_BY_USER if the process is stopping */
    static DelayedShutdown hold() {
        DelayedShutdown held = new DelayedShutdown();
        try {
            ShutdownHookManager.get().addShutdownHook(held.hook, BEFORE_SPARK, LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (IllegalStateException e) {
            throw cancelled(e);
        }
        return held;
    }

    static boolean isStopping() {
        return ShutdownHookManager.get().isShutdownInProgress();
    }

    static GatehouseException cancelled(Exception cause) {
        return new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The run was cancelled before it began", cause);
    }

    /** Lets Spark go. */
    void end() {
        ended.countDown();
        try {
            ShutdownHookManager.get().removeShutdownHook(hook);
        } catch (IllegalStateException stopping) {
            // It is called, or was.
        }
    }

    private void await() {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
