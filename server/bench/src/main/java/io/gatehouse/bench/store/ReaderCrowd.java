package io.gatehouse.bench.store;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.Store;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** Readers that each ask four times a second, as consoles do and not all at once, how often every expert fired so far. */
final class ReaderCrowd implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final String ROLLUP =
            "SELECT scope, layer, expert, activations, weight_sum FROM experts ORDER BY activations DESC";

    private final ExecutorService threads;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final List<Future<List<Duration>>> readers = new ArrayList<>();

    ReaderCrowd(Store store, int count) {
        threads = Executors.newFixedThreadPool(Math.max(1, count));
        for (int i = 0; i < count; i++) {
            Connection connection = store.reader();
            Duration before = PAUSE.multipliedBy(i).dividedBy(count);
            Callable<List<Duration>> reader = () -> read(connection, before);
            readers.add(threads.submit(reader));
        }
    }

    /** How long each query took; ends the asking. */
    List<Duration> latencies() {
        closed.set(true);
        List<Duration> all = new ArrayList<>();
        try {
            for (Future<List<Duration>> reader : readers) {
                all.addAll(reader.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new GatehouseException(ErrorCode.INTERNAL_ERROR, "A reader failed: " + e.getMessage(), e);
        }
        return all;
    }

    @Override
    public void close() {
        closed.set(true);
        threads.shutdown();
    }

    private List<Duration> read(Connection connection, Duration before) throws SQLException, InterruptedException {
        List<Duration> latencies = new ArrayList<>();
        try (connection) {
            Thread.sleep(before.toMillis());
            while (!closed.get()) {
                long begin = System.nanoTime();
                try (Statement statement = connection.createStatement();
                        ResultSet rows = statement.executeQuery(ROLLUP)) {
                    while (rows.next()) {
                        rows.getLong("activations");
                    }
                }
                latencies.add(Duration.ofNanos(System.nanoTime() - begin));
                Thread.sleep(PAUSE.toMillis());
            }
        }
        return latencies;
    }
}
