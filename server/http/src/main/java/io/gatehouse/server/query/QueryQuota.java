package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.QueryLimits;
import java.time.Duration;

/**
 * What queries may use.
 *
 * @param timeout time of one query, from its planning until its last row was read
 * @param planning of that time, what planning may take
 * @param rows rows of a JSON result when the request names no limit; other formats have none then
 * @param bytes size of one answer
 * @param concurrent queries that run at a time
 * @param computing long queries that compute at a time
 * @param queued queries that wait for their turn; more are rejected
 * @param patience how long a query waits
 */
public record QueryQuota(
        Duration timeout,
        Duration planning,
        long rows,
        long bytes,
        int concurrent,
        int computing,
        int queued,
        Duration patience) {
    public QueryQuota {
        requireNonNull(timeout, "timeout is null");
        requireNonNull(planning, "planning is null");
        requireNonNull(patience, "patience is null");
        if (!positive(timeout)
                || !positive(planning)
                || !positive(patience)
                || rows < 1
                || bytes < 1
                || concurrent < 1
                || computing < 1
                || queued < 0) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Every limit of a query must be positive: %s of time, %s of planning, %d rows, %d bytes, %d short and %d long ones at a time, %d waiting, %s of waiting."
                            .formatted(timeout, planning, rows, bytes, concurrent, computing, queued, patience));
        }
    }

    public static QueryQuota standard() {
        return new QueryQuota(
                Duration.ofSeconds(60),
                QueryLimits.USUAL_PLANNING,
                10_000,
                16_000_000_000L,
                atATime(),
                computingAtATime(),
                64,
                Duration.ofSeconds(30));
    }

    /** DuckDB gives each query a share of all cores, so a small one is not blocked by as many large ones. */
    private static int atATime() {
        return Math.max(8, 2 * Runtime.getRuntime().availableProcessors());
    }

    /** A long query takes all cores that it can get: more of them at a time make none of them faster. */
    private static int computingAtATime() {
        return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }

    private static boolean positive(Duration duration) {
        return !duration.isNegative() && !duration.isZero();
    }
}
