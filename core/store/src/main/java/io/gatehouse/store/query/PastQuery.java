package io.gatehouse.store.query;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * A query that a server ran.
 *
 * @param elapsedMs milliseconds until its last row was sent, or it failed
 * @param state finished, failed or cancelled
 * @param rows number of rows that were sent
 * @param error code and message of the error, if it failed
 */
public record PastQuery(
        String id, String sql, Instant startedAt, double elapsedMs, String state, long rows, Optional<String> error) {
    public PastQuery {
        requireNonNull(id, "id is null");
        requireNonNull(sql, "sql is null");
        requireNonNull(startedAt, "startedAt is null");
        requireNonNull(state, "state is null");
        requireNonNull(error, "error is null");
    }
}
