package io.gatehouse.sql;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The processor time that all threads of this process take after the time limit of a statement. Unlike the time on a
 * clock it does not grow while other processes have the cores. It includes what DuckDB's threads finish before they see
 * the interrupt.
 */
final class Overtime {
    private final CompletableFuture<Long> atLimit;

    private Overtime(Duration limit) {
        this.atLimit = CompletableFuture.supplyAsync(
                Overtime::processorNanos, CompletableFuture.delayedExecutor(limit.toNanos(), TimeUnit.NANOSECONDS));
    }

    /** Starts with a statement. */
    static Overtime after(Duration limit) {
        return new Overtime(limit);
    }

    /** The time taken until now; zero if the limit has not passed. */
    Duration taken() {
        boolean inTime = atLimit.cancel(false);
        return inTime ? Duration.ZERO : Duration.ofNanos(processorNanos() - atLimit.join());
    }

    private static long processorNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }
}
