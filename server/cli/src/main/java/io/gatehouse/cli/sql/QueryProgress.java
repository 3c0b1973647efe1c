package io.gatehouse.cli.sql;

import io.gatehouse.cli.terminal.StatusLine;
import io.gatehouse.client.Rows;
import java.io.PrintWriter;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Shows on a terminal how far a query is, once it has run for a second. */
final class QueryProgress implements AutoCloseable {
    private static final long FIRST_MILLIS = 1_000;
    private static final long EVERY_MILLIS = 200;

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(QueryProgress::thread);
    private final Rows result;
    private final StatusLine line;
    private final long start = System.nanoTime();

    QueryProgress(Rows result, PrintWriter err) {
        this.result = result;
        this.line = new StatusLine(err);
        if (Boolean.getBoolean("gatehouse.terminal")) {
            var unused = clock.scheduleAtFixedRate(this::show, FIRST_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void show() {
        double share = result.progress().orElse(0);
        long seconds = (System.nanoTime() - start) / 1_000_000_000;
        line.show(share, () -> "%3.0f%%  %d s".formatted(100 * share, seconds));
    }

    /** Takes the line away. */
    void finish() {
        if (clock.isShutdown()) {
            return;
        }
        clock.shutdown();
        try {
            var unused = clock.awaitTermination(EVERY_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        line.close();
    }

    @Override
    public void close() {
        finish();
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "gatehouse-query-progress");
        thread.setDaemon(true);
        return thread;
    }
}
