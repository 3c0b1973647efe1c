package io.gatehouse.sql.spark;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.ExecutedRows;
import io.gatehouse.sql.Execution;
import io.gatehouse.sql.RowBatches;
import io.gatehouse.sql.RowMemory;
import io.gatehouse.sql.deadline.StopCondition;
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
 * One statement in a session, with its own tag, by which it is interrupted. Closing frees the memory of its rows from
 * any thread; a reader holds the monitor of this object while it reads.
 */
final class SparkExecution implements Execution {
    private static final long LOOK_EVERY_MILLIS = 50;

    private final SparkSession session;
    private final Supplier<Dataset<Row>> statement;
    private final List<SqlType> types;
    private final StopCondition stopCondition;
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
            StopCondition stopCondition,
            ScheduledExecutorService watchdog) {
        this.session = session;
        this.statement = statement;
        this.types = types;
        this.stopCondition = stopCondition;
        this.watchdog = watchdog;
    }

    @Override
    public List<SqlType> columnTypes() {
        return types;
    }

    /** Spark's client decodes a row before it can be counted. */
    @Override
    public ExecutedRows rows(RowMemory memory) {
        return rows();
    }

    private ExecutedRows rows() {
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

    /** Synchronised with closing, so that no guard is left behind. */
    private synchronized void begin() {
        stopCondition.checkStopped();
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

    /** Notes the last row: there is nothing left to interrupt. */
    private void ended() {
        running = false;
    }

    @Override
    public ArrowReader arrow(BufferAllocator allocator) {
        return new RowBatches(rows(), types, allocator);
    }

    @Override
    public StopCondition stopCondition() {
        return stopCondition;
    }

    private GatehouseException failure(Exception e) {
        return e instanceof GatehouseException ours ? ours : stopCondition.failure(e, SparkFailures.translate(e));
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
        if (stopCondition.isDue()) {
            interrupt();
        }
    }

    @Override
    public void cancel() {
        stopCondition.cancel();
        interrupt();
    }

    /**
     * Interrupts the statement. This is repeated, because an interrupt before the statement has started on Spark has no
     * effect.
     */
    private void interrupt() {
        if (!running) {
            return;
        }
        try {
            session.interruptTag(tag);
        } catch (Exception e) {
            // Includes undeclared checked exceptions. Spark is gone, and the reader of the statement gets the error.
            return;
        }
    }

    /** Closes the statement, and interrupts it on Spark if it has rows left. */
    @Override
    public void close(long read) {
        stopCondition.close();
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
