package io.gatehouse.sql;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The Java heap that the values of results may take, all results together. A value is counted before it is decoded, so
 * that a text which is too long ends with an error and not with the process. What a row takes counts until the next row.
 * Results that are read as Arrow batches are not in the heap.
 */
public final class ResultMemory {
    private final long limit;
    private final AtomicLong taken = new AtomicLong();

    /** @param limit bytes */
    public ResultMemory(long limit) {
        this.limit = limit;
    }

    /** For a process of one user, whose heap is their own. Rows are not read as vectors then, for which Arrow needs an option
     * of Java. */
    public static ResultMemory unlimited() {
        return new ResultMemory(Long.MAX_VALUE);
    }

    /** Whether there is less than Java has. */
    boolean isLimited() {
        return limit < Long.MAX_VALUE;
    }

    /** What the rows of one result take. */
    RowMemory ofRows() {
        return new RowMemory(this);
    }

    /** @param row what the row takes by then */
    void take(long bytes, long row) {
        if (row > limit) {
            throw new GatehouseException(
                    ErrorCode.RESULT_TOO_LARGE,
                    "A row of the result takes %,d bytes of Java memory; all results may take %,d. Ask for shorter texts or lists, or for the result as CSV, Arrow or Parquet."
                            .formatted(row, limit));
        }
        if (taken.addAndGet(bytes) > limit) {
            taken.addAndGet(-bytes);
            throw new GatehouseException(
                    ErrorCode.OUT_OF_MEMORY,
                    "Long texts or lists of other results take the Java memory that the result needs: %,d of %,d bytes. Try again in a moment."
                            .formatted(row, limit));
        }
    }

    void release(long bytes) {
        taken.addAndGet(-bytes);
    }
}
