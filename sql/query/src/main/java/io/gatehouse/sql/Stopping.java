package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import org.jspecify.annotations.Nullable;

/** Whether a statement is to go on: it may be cancelled, or its time be over. Safe for use by many threads. */
public final class Stopping {
    private enum Stop {
        NONE,
        TIMEOUT,
        CANCEL,
        CLOSE
    }

    private final Deadline deadline;
    private volatile Stop stop = Stop.NONE;

    public Stopping(Deadline deadline) {
        this.deadline = requireNonNull(deadline, "deadline is null");
    }

    Deadline deadline() {
        return deadline;
    }

    /** Whether it is to end now. Looks at the clock. */
    public boolean isDue() {
        if (stop == Stop.NONE && deadline.passed()) {
            stop = Stop.TIMEOUT;
        }
        return stop != Stop.NONE;
    }

    public void cancel() {
        stop = Stop.CANCEL;
    }

    /** Says that nobody is to read on. */
    public void close() {
        if (stop == Stop.NONE) {
            stop = Stop.CLOSE;
        }
    }

    /** Throws if the statement was cancelled or its time is over. */
    public void checkStopped() {
        if (isDue()) {
            throw stopped(null);
        }
    }

    /** Throws if the statement was cancelled or closed, or seen to be late. */
    public void checkCancelled() {
        if (stop != Stop.NONE) {
            throw stopped(null);
        }
    }

    /** What an engine's error means: that the statement was stopped, or what the engine says. */
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
