package io.gatehouse.client;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A statement to run.
 *
 * @param parameters the values of its parameters
 * @param timeout empty for the limit of the session
 * @param maxRows rows at most; 0 for all
 */
public record Query(String sql, Bindings parameters, Optional<Duration> timeout, long maxRows) {
    public Query {
        requireNonNull(sql, "sql is null");
        requireNonNull(parameters, "parameters is null");
        requireNonNull(timeout, "timeout is null");
    }

    /** @param parameters a value for each {@code ?}; null is SQL's NULL */
    public Query(String sql, List<@Nullable Object> parameters, Optional<Duration> timeout, long maxRows) {
        this(sql, new Bindings.InOrder(parameters), timeout, maxRows);
    }

    /** A statement without parameters and timeout. */
    public Query(String sql, long maxRows) {
        this(sql, Bindings.none(), Optional.empty(), maxRows);
    }
}
