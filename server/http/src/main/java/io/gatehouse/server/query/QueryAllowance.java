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
 * @param computing queries that compute at a time of those that take long
 * @param queued queries that wait for one of them to end; further ones are turned away
 * @param patience how long one waits
 */
public record QueryAllowance(
        Duration timeout,
        Duration planning,
        long rows,
        long bytes,
        int concurrent,
        int computing,
        int queued,
        Duration patience) {
    public QueryAllowance {
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

    public static QueryAllowance standard() {
        return new QueryAllowance(
                Duration.ofSeconds(60),
                QueryLimits.USUAL_PLANNING,
                10_000,
                16_000_000_000L,
                atATime(),
                computingAtATime(),
                64,
                Duration.ofSeconds(30));
    }

    public QueryAllowance withTimeout(Duration limit) {
        return new QueryAllowance(limit, planning, rows, bytes, concurrent, computing, queued, patience);
    }

    public QueryAllowance withPlanning(Duration limit) {
        return new QueryAllowance(timeout, limit, rows, bytes, concurrent, computing, queued, patience);
    }

    public QueryAllowance withRows(long limit) {
        return new QueryAllowance(timeout, planning, limit, bytes, concurrent, computing, queued, patience);
    }

    public QueryAllowance withBytes(long limit) {
        return new QueryAllowance(timeout, planning, rows, limit, concurrent, computing, queued, patience);
    }

    public QueryAllowance withConcurrent(int limit) {
        return new QueryAllowance(timeout, planning, rows, bytes, limit, computing, queued, patience);
    }

    public QueryAllowance withComputing(int limit) {
        return new QueryAllowance(timeout, planning, rows, bytes, concurrent, limit, queued, patience);
    }

    public QueryAllowance withQueued(int limit) {
        return new QueryAllowance(timeout, planning, rows, bytes, concurrent, computing, limit, patience);
    }

    public QueryAllowance withPatience(Duration limit) {
        return new QueryAllowance(timeout, planning, rows, bytes, concurrent, computing, queued, limit);
    }

    /** DuckDB gives each query a share of all cores, so that a small one is not stuck behind as many large ones. */
    private static int atATime() {
        return Math.max(8, 2 * Runtime.getRuntime().availableProcessors());
    }

    /** Of those that take long each takes every core that it gets; a second one keeps one from blocking all others. */
    private static int computingAtATime() {
        return Math.max(2, Runtime.getRuntime().availableProcessors() / 2);
    }

    private static boolean positive(Duration duration) {
        return !duration.isNegative() && !duration.isZero();
    }
}
