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
 * @param connections connections open at a time; further ones wait
 * @param eventStreams connections that listen to {@code /v1/events} at a time
 */
public record HttpLimits(int bodyBytes, Duration bodyTime, int headerBytes, int connections, int eventStreams) {
    public HttpLimits {
        requireNonNull(bodyTime, "bodyTime is null");
        if (bodyBytes < 1 || bodyTime.toSeconds() < 1 || headerBytes < 1 || connections < 1 || eventStreams < 1) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Every limit must be positive: %d bytes of body, %d s for it, %d bytes of headers, %d connections, %d event streams."
                            .formatted(bodyBytes, bodyTime.toSeconds(), headerBytes, connections, eventStreams));
        }
    }

    public static HttpLimits standard() {
        return new HttpLimits(1_000_000, Duration.ofSeconds(30), 8192, 256, 64);
    }
}
