package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.DaemonThreads;
import io.gatehouse.store.Store;
import io.gatehouse.store.query.PastQuery;
import io.gatehouse.store.query.QueryHistory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes queries that have ended into the file, in batches on a thread of its own, so that no query waits for it. It writes
 * only every few seconds, because each time is a commit that delays those of a run; reading the history writes first. If
 * more queries end meanwhile than the file keeps, the oldest are left out. Nothing is written into an export.
 */
public final class HistoryWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HistoryWriter.class);
    private static final long EVERY_SECONDS = 5;
    private static final long LAST_SECONDS = 5;
    private static final int BATCH = 200;

    /** Prefix of the queries of the console's charts, which nobody typed. */
    private static final String PICTURE = "picture-";

    private final Store store;
    private final BlockingQueue<PastQuery> unwritten = new ArrayBlockingQueue<>(QueryHistory.KEPT);
    private final ScheduledExecutorService writer =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("gatehouse-history"));

    public HistoryWriter(Store store) {
        this.store = requireNonNull(store, "store is null");
        var unused = writer.scheduleWithFixedDelay(this::writeOrLog, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
    }

    /** Adds a query that has ended; does not wait. */
    void add(ServedQuery query) {
        if (store.isReadOnly() || query.id().startsWith(PICTURE)) {
            return;
        }
        PastQuery past = query.past();
        while (!unwritten.offer(past)) {
            unwritten.poll();
        }
    }

    /** The queries that ended last, the newest first. */
    List<PastQuery> newest(int limit) {
        writeOrLog();
        return store.queryHistory().newest(limit);
    }

    private void writeOrLog() {
        try {
            write();
        } catch (RuntimeException e) {
            LOG.warn("Queries are missing in the history: {}", e.toString());
        }
    }

    /** One thread at a time, so that the second finds in the file what the first took from the queue. */
    private synchronized void write() {
        List<PastQuery> batch = new ArrayList<>();
        while (unwritten.drainTo(batch, BATCH) > 0) {
            store.queryHistory().add(batch);
            batch.clear();
        }
    }

    /** Writes what is left. */
    @Override
    public void close() {
        writer.shutdown();
        try {
            if (writer.awaitTermination(LAST_SECONDS, TimeUnit.SECONDS)) {
                writeOrLog();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
