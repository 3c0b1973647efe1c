package io.gatehouse.chat;

import io.gatehouse.base.DaemonThreads;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** A moment after which a template is not rendered on. */
final class Deadline {
    /** It has passed. */
    static final class Passed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** For what cannot look at the time itself. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final long end;

    Deadline(Duration time) {
        end = System.nanoTime() + time.toNanos();
    }

    /**
     * Does some work and waits until it is done, or until its time is over: it is then left to itself, on a thread that
     * keeps no process alive. Nothing else stops a library in the middle of a loop.
     */
    static <T> T result(Duration time, Function<Deadline, T> work) {
        Deadline deadline = new Deadline(time);
        FutureTask<T> task = new FutureTask<>(() -> work.apply(deadline));
        Thread thread = DaemonThreads.start("gatehouse-template", task);
        try {
            return task.get(time.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            thread.interrupt();
            throw new Passed();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The work was interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause();
        }
    }

    void check() {
        if (System.nanoTime() - end > 0) {
            throw new Passed();
        }
    }
}
