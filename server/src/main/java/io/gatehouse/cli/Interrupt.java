package io.gatehouse.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Turns Ctrl-C into a request: the hook raises the flag and holds the end of the process until the work has put
 * itself away, or for the grace period at most.
 */
final class Interrupt implements AutoCloseable {
    private static final long GRACE_SECONDS = 30;

    private final AtomicBoolean raised = new AtomicBoolean();
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook = new Thread(this::askAndWait, "interrupt");

    Interrupt() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    AtomicBoolean raised() {
        return raised;
    }

    /** The work is over, one way or the other. */
    @Override
    public void close() {
        done.countDown();
        if (!raised.get()) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException alreadyEnding) {
                // The process is ending and the hook has seen the latch.
                return;
            }
        }
    }

    private void askAndWait() {
        raised.set(true);
        try {
            done.await(GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
