package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.JsonField;
import io.gatehouse.server.http.Problem;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** A query at one moment, as clients see it. */
public record QuerySnapshot(
        String queryId,
        State state,

        @JsonField("The SQL; its beginning in lists and events.")
        String sql,

        String format,
        Instant submittedAt,
        @JsonField("Time since it arrived, until it ended.") double elapsedMs,

        @JsonField("How often it was started; a long query may be restarted.")
        int attempts,

        @JsonField("Rows sent so far.") long rows,

        @JsonField("Maximum number of rows; 0 for no limit.")
        long limit,

        @JsonField("Whether the limit cut the result.") boolean truncated,

        @JsonField(value = "Share of the work that is done, an estimate.", minimum = 0, maximum = 1)
        double progress,

        @JsonField("Why it failed or was cancelled.") Optional<Problem.Reason> error) {
    public QuerySnapshot {
        requireNonNull(queryId, "queryId is null");
        requireNonNull(state, "state is null");
        requireNonNull(sql, "sql is null");
        requireNonNull(format, "format is null");
        requireNonNull(submittedAt, "submittedAt is null");
        requireNonNull(error, "error is null");
    }

    /** How far a query has come. */
    public enum State {
        QUEUED,
        PLANNING,
        RUNNING,
        FINISHED,
        FAILED,
        CANCELLED;

        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }

        public boolean hasEnded() {
            return compareTo(FINISHED) >= 0;
        }
    }
}
