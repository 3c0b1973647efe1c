package io.gatehouse.sql.spark;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.ExecutedRows;
import io.gatehouse.sql.Execution;
import io.gatehouse.sql.RowBatches;
import io.gatehouse.sql.Stopping;
import io.gatehouse.type.SqlType;
import java.sql.SQLException;
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

/**
 * One statement in a session, under a tag of its own by which it is interrupted. Its rows lie in memory that closing
 * gives back, whichever thread closes, and who reads them holds its monitor meanwhile.
 */
final class SparkExecution implements Execution {
    private static final long LOOK_EVERY_MILLIS = 50;

    private final SparkSession session;
    private final Supplier<Dataset<Row>> statement;
    private final List<SqlType> types;
    private final Stopping stopping;
    private final ScheduledExecutorService watchdog;
    private final String tag = "gatehouse-" + UUID.randomUUID();
    private volatile boolean running;
    private @Nullable ScheduledFuture<?> guard;
    private @Nullable SparkRows rows;
    private boolean closed;

    SparkExecution(
            SparkSession session,
            Supplier<Dataset<Row>> statement,
            List<SqlType> types,
            Stopping stopping,
            ScheduledExecutorService watchdog) {
        this.session = session;
        this.statement = statement;
        this.types = types;
        this.stopping = stopping;
        this.watchdog = watchdog;
    }

    @Override
    public List<SqlType> columnTypes() {
        return types;
    }

    @Override
    public ExecutedRows rows() {
        begin();
        // A tag belongs to the thread that sends the statement.
        session.addTag(tag);
        try {
            return begun(new SparkRows(statement.get().toLocalIterator(), types, this::ended, this::failure));
        } catch (Exception e) {
            throw failure(e);
        } finally {
            session.removeTag(tag);
        }
    }

    /** Either closing finds the guard, or this finds that it is closed: none is left behind. */
    private synchronized void begin() {
        stopping.checkStopped();
        running = true;
        guard = watchdog.scheduleWithFixedDelay(
                this::interruptIfDue, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private synchronized SparkRows begun(SparkRows begun) {
        if (closed) {
            begun.close();
        }
        rows = begun;
        return begun;
    }

    /** Spark has handed its last row out: there is nothing left to interrupt. */
    private void ended() {
        running = false;
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
        if (stopping.isDue()) {
            interrupt();
        }
    }

    @Override
    public void cancel() {
        stopping.cancel();
        interrupt();
    }

    /** Spark is told each time that one looks: what is interrupted before it has begun there goes on. */
    private void interrupt() {
        if (!running) {
            return;
        }
        try {
            session.interruptTag(tag);
        } catch (Exception e) {
            // Checked ones, too, which Spark's client does not declare. Spark has gone, and the statement with it: who
            // reads it is told.
            return;
        }
    }

    /** Ends the statement, on Spark too if it has rows left. */
    @Override
    public void close(long read) {
        stopping.close();
        interrupt();
        synchronized (this) {
            closed = true;
            running = false;
            if (guard != null) {
                guard.cancel(false);
            }
            if (rows != null) {
                rows.close();
            }
        }
    }
}
