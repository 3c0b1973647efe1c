package io.gatehouse.engine.prefill;

import io.gatehouse.base.DaemonThreads;
import io.gatehouse.base.Uninterruptibles;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Hands results to a listener on a thread of its own, so that they are copied out while the next micro-batch computes.
 * At most one waits: a listener that is slow holds the computation back.
 */
final class Delivery implements AutoCloseable {
    private final ExecutorService thread = Executors.newSingleThreadExecutor(DaemonThreads.named("gatehouse-delivery"));
    private Optional<Future<?>> pending = Optional.empty();

    /** Delivers when the one before is done. What that one threw is thrown here. */
    void submit(Runnable delivery) {
        await();
        pending = Optional.of(thread.submit(delivery));
    }

    /** Waits until all is delivered. */
    void await() {
        if (pending.isPresent()) {
            Future<?> last = pending.get();
            pending = Optional.empty();
            Uninterruptibles.get(last);
        }
    }

    /** Waits for what is under way, whose results may be closed afterwards. */
    @Override
    public void close() {
        try {
            await();
        } finally {
            thread.shutdown();
        }
    }
}
