package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

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
 * Writes queries that have ended into the file, some at a time on a thread of its own, so that no query waits for it; who
 * asks for them gets all. It writes seldom, as each time is a commit that a run's own wait for. If more end meanwhile than
 * the file keeps, the oldest are left out. Nothing is written into an export.
 */
public final class HistoryWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HistoryWriter.class);
    private static final long EVERY_SECONDS = 5;
    private static final long LAST_SECONDS = 5;
    private static final int BATCH = 200;

    /** What the console asks to draw its own pictures. Nobody typed it. */
    private static final String PICTURE = "picture-";

    private final Store store;
    private final BlockingQueue<PastQuery> unwritten = new ArrayBlockingQueue<>(QueryHistory.KEPT);
    private final ScheduledExecutorService pen = Executors.newSingleThreadScheduledExecutor(HistoryWriter::thread);

    public HistoryWriter(Store store) {
        this.store = requireNonNull(store, "store is null");
        var unused = pen.scheduleWithFixedDelay(this::writeOrLog, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
    }

    /** Takes note of a query that has ended; does not wait. */
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

    /** One at a time, so that whoever comes second finds in the file what the first one took. */
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
        pen.shutdown();
        try {
            if (pen.awaitTermination(LAST_SECONDS, TimeUnit.SECONDS)) {
                writeOrLog();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "gatehouse-history");
        thread.setDaemon(true);
        return thread;
    }
}
