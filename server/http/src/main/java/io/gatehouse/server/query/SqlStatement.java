package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A statement to be run.
 *
 * @param parameters a value for each {@code ?} of it
 * @param maxRows 0 for no limit
 * @param timeout empty for the server's
 */
record SqlStatement(String sql, List<@Nullable Object> parameters, long maxRows, Optional<Duration> timeout) {
    SqlStatement {
        requireNonNull(sql, "sql is null");
        requireNonNull(timeout, "timeout is null");
        parameters = Collections.unmodifiableList(new ArrayList<>(parameters));
    }

    SqlStatement(String sql, long maxRows) {
        this(sql, List.of(), maxRows, Optional.empty());
    }
}
