package io.gatehouse.bench.store;

import java.time.Duration;
import java.util.List;

/** How long something took, of all times it was done: half of them at most p50, all but one in a hundred at most p99. */
public record Latencies(int count, Duration p50, Duration p99) {
    public static Latencies of(List<Duration> durations) {
        if (durations.isEmpty()) {
            return new Latencies(0, Duration.ZERO, Duration.ZERO);
        }
        List<Duration> sorted = durations.stream().sorted().toList();
        return new Latencies(sorted.size(), quantile(sorted, 0.5), quantile(sorted, 0.99));
    }

    /** The smallest duration that at least the share {@code q} of all are at most as long as. */
    private static Duration quantile(List<Duration> sorted, double q) {
        return sorted.get((int) Math.ceil(q * sorted.size()) - 1);
    }
}
