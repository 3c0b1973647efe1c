package io.gatehouse.sql.deadline;

import java.time.Duration;

/** A point on the monotonic clock, and the duration it was made from. */
public record Deadline(long nanoTime, Duration span) {
    public static Deadline in(Duration span) {
        return new Deadline(System.nanoTime() + span.toNanos(), span);
    }

    /** Whether the deadline has passed. */
    public boolean passed() {
        return System.nanoTime() - nanoTime >= 0;
    }

    /** Returns the duration in seconds, such as {@code 2 s} or {@code 0.25 s}. */
    @Override
    public String toString() {
        return Double.toString(span.toMillis() / 1000.0).replaceFirst("\\.0$", "") + " s";
    }
}
