package io.gatehouse.bench.server;

import io.gatehouse.bench.store.Latencies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What the clients of a load saw. Safe for use by all of them. */
final class LoadDiary {
    /** Of a fault that comes again and again, so many say enough. */
    private static final int FAULTS_KEPT = 20;

    private final List<Duration> small = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final AtomicInteger checks = new AtomicInteger();
    private final AtomicInteger exports = new AtomicInteger();
    private final AtomicInteger cancels = new AtomicInteger();
    private final AtomicInteger departures = new AtomicInteger();
    private final AtomicInteger runs = new AtomicInteger();

    synchronized void small(Duration took) {
        small.add(took);
    }

    synchronized void fault(String what) {
        if (faults.size() < FAULTS_KEPT) {
            faults.add(what);
        }
    }

    void checked() {
        checks.incrementAndGet();
    }

    void exported() {
        exports.incrementAndGet();
    }

    void cancelled() {
        cancels.incrementAndGet();
    }

    void left() {
        departures.incrementAndGet();
    }

    void ran() {
        runs.incrementAndGet();
    }

    synchronized Load load() {
        return new Load(
                Latencies.of(small),
                checks.get(),
                exports.get(),
                cancels.get(),
                departures.get(),
                runs.get(),
                List.copyOf(faults));
    }
}
