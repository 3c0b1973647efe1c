package io.gatehouse.server.query.admission;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;

/**
 * The number of threads that the engine computes with. A long query uses all of them, so that short ones beside it wait for
 * a core. While short queries come beside long ones, the engine has only so many threads that one core is left when all
 * long queries compute.
 *
 * <p>DuckDB takes threads away by waiting until they have ended what they do, and no statement ends meanwhile. So they are
 * taken only when a turn of a long query begins and no other long one computes: short ones that hold a thread then are
 * interrupted as they become long. Threads are added at any time. Safe for use by several threads.
 */
public final class EngineThreads {
    /** Short queries are beside long ones if one of them ended within this time. */
    private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** All threads return after this time without short queries beside long ones. */
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final int all;
    private final int few;
    private final IntConsumer setter;
    private final LongSupplier clock;

    private volatile boolean isFew;
    private volatile long lastShort;

    EngineThreads(int all, int few, IntConsumer setter, LongSupplier clock) {
        if (few < 1 || few > all) {
            throw new IllegalArgumentException("%d of %d threads".formatted(few, all));
        }
        this.all = all;
        this.few = few;
        this.setter = requireNonNull(setter, "setter is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.lastShort = clock.getAsLong() - QUIET_NANOS;
    }

    /**
     * Those of an engine that has a thread for each core.
     *
     * @param maxLong long queries that compute at a time, each of which has a thread of its own beside one fewer than the
     *     engine has
     * @param setter sets their number, and waits for those that are taken away
     */
    public static EngineThreads of(int cores, int maxLong, IntConsumer setter) {
        return new EngineThreads(cores, Math.max(1, cores - maxLong), setter, System::nanoTime);
    }

    /** Those of an engine that computes elsewhere. */
    public static EngineThreads elsewhere() {
        return new EngineThreads(1, 1, number -> {}, System::nanoTime);
    }

    /** A query has ended as a short one while others were long. */
    void shortEnded() {
        lastShort = clock.getAsLong();
    }

    /** Whether there are more threads than there should be beside short queries. */
    boolean areTooMany() {
        return !isFew && few < all && sinceShort() < RECENT_NANOS;
    }

    /** Takes threads away if there are too many; no long query may compute. */
    synchronized void reduce() {
        if (areTooMany()) {
            setter.accept(few);
            isFew = true;
        }
    }

    /** Adds those that were taken away if no short queries have come for a while. */
    void restore() {
        if (isFew && sinceShort() > QUIET_NANOS) {
            restoreNow();
        }
    }

    private synchronized void restoreNow() {
        if (isFew) {
            setter.accept(all);
            isFew = false;
        }
    }

    private long sinceShort() {
        return clock.getAsLong() - lastShort;
    }
}
