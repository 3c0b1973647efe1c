package io.gatehouse.sql.spark;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.ExecutedRows;
import io.gatehouse.sql.Execution;
import io.gatehouse.sql.RowBatches;
import io.gatehouse.sql.Stopping;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** One statement in a session, under a tag of its own by which it is interrupted. */
final class SparkExecution implements Execution {
    private static final long LOOK_EVERY_MILLIS = 50;

    private final SparkSession session;
    private final Supplier<Dataset<Row>> statement;
    private final List<String> types;
    private final Stopping stopping;
    private final ScheduledExecutorService watchdog;
    private final String tag = "gatehouse-" + UUID.randomUUID();
    private volatile boolean running;
    private @Nullable ScheduledFuture<?> guard;

    SparkExecution(
            SparkSession session,
            Supplier<Dataset<Row>> statement,
            List<String> types,
            Stopping stopping,
            ScheduledExecutorService watchdog) {
        this.session = session;
        this.statement = statement;
        this.types = types;
        this.stopping = stopping;
        this.watchdog = watchdog;
    }

    @Override
    public List<String> columnTypes() {
        return types;
    }

    @Override
    public ExecutedRows rows() {
        stopping.checkStopped();
        running = true;
        guard = watchdog.scheduleWithFixedDelay(
                this::interruptIfDue, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
        // A tag belongs to the thread that sends the statement.
        session.addTag(tag);
        try {
            Iterator<Row> rows = statement.get().toLocalIterator();
            return new SparkRows(guarded(rows), types);
        } catch (Exception e) {
            throw failure(e);
        } finally {
            session.removeTag(tag);
        }
    }

    private Iterator<Row> guarded(Iterator<Row> rows) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                try {
                    return rows.hasNext();
                } catch (Exception e) {
                    throw failure(e);
                }
            }

            @Override
            public Row next() {
                return rows.next();
            }
        };
    }

    @Override
    public ArrowReader arrow(BufferAllocator allocator) {
        return new RowBatches(rows(), types, allocator);
    }

    @Override
    public Stopping stopping() {
        return stopping;
    }

    private GatehouseException failure(Exception e) {
        return e instanceof GatehouseException ours ? ours : stopping.failure(e, SparkFailures.translate(e));
    }

    @Override
    public GatehouseException failure(SQLException e) {
        return new GatehouseException(ErrorCode.INTERNAL_ERROR, String.valueOf(e.getMessage()), e);
    }

    @Override
    public OptionalDouble progress() {
        return OptionalDouble.empty();
    }

    private void interruptIfDue() {
        if (stopping.isDue() && running) {
            session.interruptTag(tag);
        }
    }

    @Override
    public void cancel() {
        stopping.cancel();
        if (running) {
            session.interruptTag(tag);
        }
    }

    @Override
    public void close(long rows) {
        stopping.close();
        if (running) {
            running = false;
            session.interruptTag(tag);
        }
        if (guard != null) {
            guard.cancel(false);
        }
    }
}
