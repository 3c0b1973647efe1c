package io.gatehouse.server;

import com.sun.management.OperatingSystemMXBean;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.lang.management.ManagementFactory;

/**
 * How the memory of a server, that of all its processes together, is divided.
 *
 * @param bytes what {@code serve --memory} states
 */
public record ServerMemory(long bytes) {
    /** Java, DuckDB and a small model do not fit into less. */
    private static final long LEAST = 1L << 30;

    private static final long LEAST_HEAP = 1L << 28;

    /** What a thread sorts in one step, which cannot be interrupted: docs/adr/0018 says how long that takes. */
    private static final long SORTED_BY_THREAD = 1L << 27;

    public ServerMemory {
        if (bytes < LEAST) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "A server needs at least %,d bytes of memory, but --memory is %,d.".formatted(LEAST, bytes));
        }
    }

    /** The default: two thirds of the memory of this machine or container. */
    public static ServerMemory standard() {
        OperatingSystemMXBean machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new ServerMemory(Math.max(LEAST, machine.getTotalMemorySize() / 3 * 2));
    }

    /** Memory that DuckDB accounts for: tables that are read, hash tables, sorts, results that wait. */
    public long database() {
        return percent(35);
    }

    /** The part of {@link #database()} that one sort, join or aggregate may collect before it processes it. */
    public long operator() {
        return Math.min(database() / 4, SORTED_BY_THREAD * Runtime.getRuntime().availableProcessors());
    }

    /** Memory of statements that DuckDB does not account for: texts and lists that expressions make. */
    public long statements() {
        return percent(15);
    }

    /** The Java heap of the process that has the file: the launcher asks Java for as much. */
    public long heap() {
        return Math.max(LEAST_HEAP, percent(20));
    }

    /** The process that computes a run. */
    public long worker() {
        return percent(30);
    }

    private long percent(int share) {
        return bytes / 100 * share;
    }
}
