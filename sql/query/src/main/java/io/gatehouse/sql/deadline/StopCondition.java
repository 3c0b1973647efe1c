package io.gatehouse.sql.deadline;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a statement must stop: when it is cancelled or closed, or its deadline has passed. Safe for use by many
 * threads.
 */
public final class StopCondition {
    private enum Stop {
        NONE,
        TIMEOUT,
        CANCEL,
        CLOSE
    }

    private final Deadline deadline;
    private volatile Stop stop = Stop.NONE;

    public StopCondition(Deadline deadline) {
        this.deadline = requireNonNull(deadline, "deadline is null");
    }

    /** When the statement is late. */
    public Deadline deadline() {
        return deadline;
    }

    /** Whether the statement must stop now. Reads the clock. */
    public boolean isDue() {
        if (stop == Stop.NONE && deadline.passed()) {
            stop = Stop.TIMEOUT;
        }
        return stop != Stop.NONE;
    }

    public void cancel() {
        stop = Stop.CANCEL;
    }

    /** Notes that the reader has closed the result. */
    public void close() {
        if (stop == Stop.NONE) {
            stop = Stop.CLOSE;
        }
    }

    /** Throws if the statement was cancelled or its deadline has passed. */
    public void checkStopped() {
        if (isDue()) {
            throw stopped(null);
        }
    }

    /** Throws if the statement was cancelled or closed, or already found to be late. Does not read the clock. */
    public void checkCancelled() {
        if (stop != Stop.NONE) {
            throw stopped(null);
        }
    }

    /** Translates an error of an engine: if the statement was stopped, that is the reported failure. */
    public GatehouseException failure(Throwable cause, GatehouseException otherwise) {
        return stop == Stop.NONE ? otherwise : stopped(cause);
    }

    private GatehouseException stopped(@Nullable Throwable cause) {
        GatehouseException failure = switch (stop) {
            case TIMEOUT ->
                new GatehouseException(
                        ErrorCode.QUERY_TIMEOUT, "The query ran longer than its limit of %s.".formatted(deadline));
            case CLOSE ->
                new GatehouseException(
                        ErrorCode.CANCELLED_BY_USER, "The result was closed before its last row was read.");
            case NONE, CANCEL -> new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The query was cancelled.");
        };
        if (cause != null) {
            failure.addSuppressed(cause);
        }
        return failure;
    }
}
