package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.time.Duration;

/**
 * The limits of one statement.
 *
 * @param timeout from the call until the last row was read, planning included
 * @param planning of that time, what planning may take
 * @param maxRows rows that the result hands out before it says that it is truncated; 0 is no limit
 * @param memory for its values and those of other results
 */
public record QueryLimits(Duration timeout, Duration planning, long maxRows, ResultMemory memory) {
    /** The default planning time. */
    public static final Duration USUAL_PLANNING = Duration.ofSeconds(10);

    public QueryLimits {
        requireNonNull(timeout, "timeout is null");
        requireNonNull(planning, "planning is null");
        requireNonNull(memory, "memory is null");
        if (timeout.isNegative() || timeout.isZero() || planning.isNegative() || planning.isZero()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The timeout of a query and of its planning must be positive, but are %s and %s."
                            .formatted(timeout, planning));
        }
        if (maxRows < 0) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The row limit of a query must be 0 (none) or more, but is %d.".formatted(maxRows));
        }
    }

    public QueryLimits(Duration timeout, Duration planning, long maxRows) {
        this(timeout, planning, maxRows, ResultMemory.unlimited());
    }

    public QueryLimits(Duration timeout, long maxRows) {
        this(timeout, USUAL_PLANNING, maxRows);
    }
}
