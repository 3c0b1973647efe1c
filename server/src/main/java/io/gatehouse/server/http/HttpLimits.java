package io.gatehouse.server.http;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.time.Duration;

/**
 * What one request may use.
 *
 * @param queryTimeout time of one query, from its request until its last row was read
 * @param defaultRows rows of a result when the request names no limit
 * @param bodyBytes size of a request's body
 * @param headerBytes size of a request's headers together
 * @param connections connections open at a time; further ones wait
 */
public record HttpLimits(Duration queryTimeout, long defaultRows, int bodyBytes, int headerBytes, int connections) {
    public HttpLimits {
        requireNonNull(queryTimeout, "queryTimeout is null");
        if (queryTimeout.isNegative()
                || queryTimeout.isZero()
                || defaultRows < 1
                || bodyBytes < 1
                || headerBytes < 1
                || connections < 1) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Every limit must be positive: %s for a query, %d rows, %d bytes of body, %d of headers, %d connections."
                            .formatted(queryTimeout, defaultRows, bodyBytes, headerBytes, connections));
        }
    }

    public static HttpLimits standard() {
        return new HttpLimits(Duration.ofSeconds(60), 10_000, 1_000_000, 8192, 256);
    }

    public HttpLimits withQueryTimeout(Duration timeout) {
        return new HttpLimits(timeout, defaultRows, bodyBytes, headerBytes, connections);
    }
}
