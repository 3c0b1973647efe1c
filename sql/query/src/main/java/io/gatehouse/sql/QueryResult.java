package io.gatehouse.sql;

import io.gatehouse.client.ResultColumn;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.DoubleAccumulator;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one statement, read forward by one thread. Any thread may cancel. It holds a connection to the store
 * until it is closed.
 */
public final class QueryResult implements AutoCloseable {
    /** The clock is read only once per 64 rows, because reading it costs more than a row. */
    private static final long CLOCK_MASK = 0x3f;

    private final Execution statement;
    private final List<ResultColumn> columns;
    private final Deque<List<String>> preface;
    private final long maxRows;
    private final RowMemory memory;
    private @Nullable List<String> text;
    private @Nullable ExecutedRows rows;
    private long count;
    private boolean truncated;
    private boolean ended;
    private final DoubleAccumulator progress = new DoubleAccumulator(Math::max, -1);

    /**
     * @param preface rows of text that come before those of the statement
     * @param memory of all results
     */
    QueryResult(
            Execution statement,
            List<ResultColumn> columns,
            List<List<String>> preface,
            long maxRows,
            ResultMemory memory) {
        this.statement = statement;
        this.columns = List.copyOf(columns);
        this.preface = new ArrayDeque<>(preface);
        this.maxRows = maxRows;
        this.memory = memory.ofRows();
    }

    public List<ResultColumn> columns() {
        return columns;
    }

    /**
     * Moves to the next row, first running the statement if it has not run. False behind the last row only: a result that
     * was cancelled, closed or late before that throws.
     */
    public boolean next() {
        if (ended) {
            return false;
        }
        if ((count & CLOCK_MASK) == 0) {
            statement.stopCondition().checkStopped();
        } else {
            statement.stopCondition().checkCancelled();
        }
        // Run first, so that what fails does so before any row.
        ExecutedRows open = rows == null ? statement.rows(memory) : rows;
        rows = open;
        text = preface.poll();
        if (text != null) {
            return true;
        }
        synchronized (statement) {
            statement.stopCondition().checkCancelled();
            try {
                boolean present = open.next();
                if (!present) {
                    // DuckDB ends rows that were interrupted as if they were all.
                    statement.stopCondition().checkCancelled();
                }
                truncated = present && maxRows > 0 && count == maxRows;
                ended = !present || truncated;
            } catch (SQLException e) {
                throw statement.failure(e);
            }
            if (!ended) {
                count++;
            }
            return !ended;
        }
    }

    /**
     * The value of a column, from 0, in the current row: Boolean, Integer, Long, Float, Double, BigDecimal, String,
     * LocalDate, LocalTime, LocalDateTime, OffsetDateTime or a List of these; null is SQL's NULL. An interval is a text,
     * and so are the times that Java does not have, such as infinity.
     */
    public @Nullable Object value(int column) {
        if (text != null) {
            return text.get(column);
        }
        ExecutedRows open = rows;
        if (open == null || ended) {
            throw new IllegalStateException("There is no current row");
        }
        synchronized (statement) {
            statement.stopCondition().checkCancelled();
            try {
                return open.value(column);
            } catch (SQLException e) {
                throw statement.failure(e);
            }
        }
    }

    /** Whether rows were left out because of the row limit. Known once {@link #next()} has returned false. */
    public boolean truncated() {
        return truncated;
    }

    /**
     * The same rows as Arrow batches, in place of {@link #next()}: a result is read in one of the two ways. Closing the
     * batches frees their memory and leaves this result open.
     *
     * @param allocator for the vectors of one batch
     */
    public ArrowBatches batches(BufferAllocator allocator) {
        if (rows != null || count > 0) {
            throw new IllegalStateException("The rows are being read already");
        }
        return new ArrowBatches(statement, columns, List.copyOf(preface), maxRows, allocator);
    }

    /**
     * How much of the statement is done, 0 to 1, while {@link #next()} runs it in another thread. DuckDB's estimate; it
     * may start late, but is never taken back. Empty as long as nothing is known.
     */
    public OptionalDouble progress() {
        statement.progress().ifPresent(now -> progress.accumulate(now));
        double most = progress.get();
        return most < 0 ? OptionalDouble.empty() : OptionalDouble.of(most);
    }

    /** Throws if the statement was cancelled, or its time is over. */
    public void checkStopped() {
        statement.stopCondition().checkStopped();
    }

    /** Whether the deadline passed longer ago than a grace period. */
    public boolean isOverdue(Duration grace) {
        return System.nanoTime() - statement.stopCondition().deadline().nanoTime() > grace.toNanos();
    }

    /** Stops the statement; the reading thread gets CANCELLED_BY_USER. */
    public void cancel() {
        statement.cancel();
    }

    @Override
    public void close() {
        try {
            statement.close(count);
        } finally {
            synchronized (statement) {
                memory.close();
            }
        }
    }
}
