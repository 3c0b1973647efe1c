package io.gatehouse.client;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A statement to run.
 *
 * @param parameters a value for each {@code ?}; null is SQL's NULL
 * @param timeout empty for the limit of the session
 * @param maxRows rows at most; 0 for all
 */
public record Query(String sql, List<@Nullable Object> parameters, Optional<Duration> timeout, long maxRows) {
    public Query {
        requireNonNull(sql, "sql is null");
        parameters = Collections.unmodifiableList(new ArrayList<>(parameters));
        requireNonNull(timeout, "timeout is null");
    }

    /** A statement without parameters and timeout. */
    public Query(String sql, long maxRows) {
        this(sql, List.of(), Optional.empty(), maxRows);
    }
}
