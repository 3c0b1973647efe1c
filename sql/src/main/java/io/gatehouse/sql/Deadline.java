package io.gatehouse.sql;

import java.time.Duration;

/** A moment of the monotonic clock, and the span it was made from. */
record Deadline(long nanoTime, Duration span) {
    static Deadline in(Duration span) {
        return new Deadline(System.nanoTime() + span.toNanos(), span);
    }

    /** What is left; at least a millisecond, so that it can always be waited for. */
    Duration remaining() {
        return Duration.ofNanos(Math.max(1_000_000, nanoTime - System.nanoTime()));
    }
}
