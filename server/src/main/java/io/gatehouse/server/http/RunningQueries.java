package io.gatehouse.server.http;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.QueryResult;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The queries being served. Cancels those whose client has left, and all of them when the server stops. */
public final class RunningQueries implements AutoCloseable {
    private static final Duration WATCH_INTERVAL = Duration.ofMillis(250);

    private final Set<Entry> entries = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(RunningQueries::thread);

    public RunningQueries() {
        var unused = watch.scheduleWithFixedDelay(
                this::cancelAbandoned, WATCH_INTERVAL.toMillis(), WATCH_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** One query from its planning to its last row; closing it closes its result. */
    final class Entry implements AutoCloseable {
        private final QueryResult result;
        private final ClientConnection client;

        private Entry(QueryResult result, ClientConnection client) {
            this.result = requireNonNull(result, "result is null");
            this.client = requireNonNull(client, "client is null");
        }

        QueryResult result() {
            return result;
        }

        @Override
        public void close() {
            entries.remove(this);
            result.close();
        }
    }

    Entry enter(QueryResult result, ClientConnection client) {
        Entry entry = new Entry(result, client);
        entries.add(entry);
        return entry;
    }

    int count() {
        return entries.size();
    }

    /** Cancels whatever still runs after the time given. */
    public void cancelAllAfter(Duration patience) {
        var unused = watch.schedule(
                () -> entries.forEach(entry -> entry.result.cancel()), patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }

    private void cancelAbandoned() {
        for (Entry entry : entries) {
            if (entry.client.hasLeft()) {
                entry.result.cancel();
            }
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "gatehouse-client-watch");
        thread.setDaemon(true);
        return thread;
    }
}
