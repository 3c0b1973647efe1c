package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.DaemonThreads;
import io.gatehouse.worker.ProcessMemory;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The second guard over memory, after the limits of statements and DuckDB: while this process holds more than it may,
 * queries are ended one by one, long ones before short ones and the last one started first. It works on Linux only;
 * elsewhere the memory of the process is not known.
 */
public final class MemoryWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryWatch.class);
    private static final ProcessMemory OWN =
            ProcessMemory.of(ProcessHandle.current().pid());
    private static final Duration INTERVAL = Duration.ofMillis(100);
    /** A query's memory is given back some time after it has ended. */
    private static final Duration RELIEF = Duration.ofSeconds(1);

    private final QueryRegister queries;
    private final long limit;
    private final ScheduledExecutorService watch =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("gatehouse-memory-watch"));
    private long notBefore = System.nanoTime();

    /** @param limit bytes that the process may hold */
    public MemoryWatch(QueryRegister queries, long limit) {
        this.queries = requireNonNull(queries, "queries is null");
        this.limit = limit;
        var unused = watch.scheduleWithFixedDelay(
                this::look, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            if (System.nanoTime() - notBefore >= 0 && resident() > limit && queries.endLatest(limit)) {
                notBefore = System.nanoTime() + RELIEF.toNanos();
            }
        } catch (RuntimeException e) {
            // An exception would end the schedule silently.
            LOG.error("Memory cannot be watched", e);
        }
    }

    /** Bytes of memory that are the process's own, 0 where that is not known. */
    public static long resident() {
        return OWN.bytes();
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }
}
