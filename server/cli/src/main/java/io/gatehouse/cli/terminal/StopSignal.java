package io.gatehouse.cli.terminal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Waits for Ctrl-C or a termination of the process. A command that wants to end in order takes it; from then on the
 * process stays alive until the signal is closed, after all that the command had to say is printed.
 */
public final class StopSignal implements AutoCloseable {
    /** Longer than a server takes at most for its run, its queries and their answers. */
    private static final long LIMIT_SECONDS = 45;

    private final AtomicBoolean taken = new AtomicBoolean();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Keeps the process alive, when it is asked to stop, until {@link #close}. */
    public void take() {
        if (taken.getAndSet(true)) {
            return;
        }
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(this::letFinish, "gatehouse-stop"));
        } catch (IllegalStateException ending) {
            // The process was asked to stop just before.
            asked.countDown();
        }
    }

    /** Returns when the process is asked to stop. */
    public void await() {
        try {
            asked.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the process is asked to stop. */
    public boolean raised() {
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
