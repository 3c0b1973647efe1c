package io.gatehouse.server.http;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.time.Duration;

/**
 * What one request may send, and how many clients there may be.
 *
 * @param bodyBytes size of a request's body
 * @param bodyTime time for it to arrive
 * @param headerBytes size of a request's headers together
 * @param headTime time for a request's line and headers, from their first byte; for the first request of a connection
 *     from its opening
 * @param connections connections open at a time; further ones wait
 * @param eventStreams connections that listen to {@code /v1/events} at a time
 */
public record HttpLimits(
        int bodyBytes, Duration bodyTime, int headerBytes, Duration headTime, int connections, int eventStreams) {
    /** Time for the head of a request, which a client sends in one piece. */
    public static final Duration HEAD_TIME = Duration.ofSeconds(10);

    /** Of the connections that may be open, those of one other machine. */
    private static final double OF_ONE_ADDRESS = 0.75;

    public HttpLimits {
        requireNonNull(bodyTime, "bodyTime is null");
        requireNonNull(headTime, "headTime is null");
        if (bodyBytes < 1
                || bodyTime.toSeconds() < 1
                || headerBytes < 1
                || headTime.toMillis() < 1
                || connections < 1
                || eventStreams < 1) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Every limit must be positive: %d bytes of body, %d s for it, %d bytes of headers, %d ms for them, %d connections, %d event streams."
                            .formatted(
                                    bodyBytes,
                                    bodyTime.toSeconds(),
                                    headerBytes,
                                    headTime.toMillis(),
                                    connections,
                                    eventStreams));
        }
    }

    public static HttpLimits standard() {
        return new HttpLimits(1_000_000, Duration.ofSeconds(30), 8192, HEAD_TIME, 256, 64);
    }

    /** Connections that one address of another machine may have open at a time. */
    public int connectionsOfAddress() {
        return Math.max(1, (int) (connections * OF_ONE_ADDRESS));
    }
}
