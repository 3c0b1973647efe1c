package io.gatehouse.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Waits for Ctrl-C or a termination of the process, and keeps the process alive until it is closed. The first resource
 * of a try block, so that whatever the block opens after it is closed in order before the process ends.
 */
final class StopSignal implements AutoCloseable {
    private static final long LIMIT_SECONDS = 30;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    private StopSignal() {}

    static StopSignal install() {
        StopSignal signal = new StopSignal();
        Runtime.getRuntime().addShutdownHook(new Thread(signal::letFinish, "gatehouse-stop"));
        return signal;
    }

    /** Returns when the process is asked to stop. */
    void await() {
        try {
            asked.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the process is asked to stop. */
    boolean raised() {
        return asked.getCount() == 0;
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private void letFinish() {
        asked.countDown();
        try {
            var unused = closed.await(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
