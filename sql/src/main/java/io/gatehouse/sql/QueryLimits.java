package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.time.Duration;

/**
 * What one statement may use.
 *
 * @param timeout from the call until the last row was read, planning included
 * @param maxRows rows that the result hands out before it says that it is truncated; 0 is no limit
 */
public record QueryLimits(Duration timeout, long maxRows) {
    public QueryLimits {
        requireNonNull(timeout, "timeout is null");
        if (timeout.isNegative() || timeout.isZero()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The timeout of a query must be positive, but is %s.".formatted(timeout));
        }
        if (maxRows < 0) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The row limit of a query must be 0 (none) or more, but is %d.".formatted(maxRows));
        }
    }
}
