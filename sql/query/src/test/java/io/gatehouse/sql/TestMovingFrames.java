package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.store.RoutingFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Aggregates over frames of many rows that move with the row: a third of all calls in each build, and all of them with
 * {@code -Dgatehouse.test.every=true}. DuckDB looks for an interrupt only between vectors: what looks at all values of a
 * frame again for each row is refused.
 */
final class TestMovingFrames {
    private static final long SEED = Long.getLong("gatehouse.test.seed", System.nanoTime());
    private static final double PART = Boolean.getBoolean("gatehouse.test.every") ? 1 : 1 / 3.0;

    private static final Duration LIMIT = Duration.ofMillis(40);

    /** Processor time of all threads after the limit. */
    private static final Duration MOST_OVERTIME = Duration.ofSeconds(3);

    private static final long GIGABYTE = 1L << 30;

    private static final List<String> ARGUMENTS = List.of("x", "x, 3", "[x]");

    private static final List<String> FORMS = List.of(
            "%s(%s) OVER (ORDER BY k)",
            "%s(%s) OVER (ROWS BETWEEN 50000 PRECEDING AND CURRENT ROW)",
            "%s(%s) OVER (ORDER BY k ROWS BETWEEN 10000 PRECEDING AND 10000 FOLLOWING)",
            "%s(%s) OVER (ORDER BY k GROUPS BETWEEN 50000 PRECEDING AND CURRENT ROW)",
            "%s(%s) OVER (ORDER BY k ROWS BETWEEN 50000 PRECEDING AND 50000 FOLLOWING EXCLUDE CURRENT ROW)",
            "%s(DISTINCT %s) OVER ()",
            "%s(DISTINCT %s) OVER (ORDER BY k ROWS BETWEEN 50000 PRECEDING AND CURRENT ROW)",
            "%s(DISTINCT %s) OVER (ORDER BY k ROWS BETWEEN 50000 PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW)");

    private static final String SQL = """
            SELECT count(v) FROM (
                SELECT %s AS v FROM (
                    SELECT i AS k, nullif(hash(i) %% 100000, 5) AS x
                    FROM range(300000) AS r(i)))""";

    @Test
    void endInTimeAndInBoundedMemory() throws Exception {
        List<String> late = new ArrayList<>();
        Map<ErrorCode, Integer> ends = new EnumMap<>(ErrorCode.class);
        List<String> internal = new ArrayList<>();
        int begun = 0;
        Random random = new Random(SEED);
        long before = peakMemory();
        try (RoutingFile file = RoutingFile.filled();
                QueryEngine engine = new QueryEngine(file::reader)) {
            for (String name : AggregateNames.all()) {
                for (String arguments : name.contains("quantile") ? List.of("x, 0.5") : ARGUMENTS) {
                    for (String form : FORMS) {
                        if (random.nextDouble() >= PART) {
                            continue;
                        }
                        String call = form.formatted(name, arguments);
                        Overtime overtime = Overtime.after(LIMIT);
                        begun += end(engine, SQL.formatted(call), ends, internal) ? 1 : 0;
                        Duration taken = overtime.taken();
                        if (taken.compareTo(MOST_OVERTIME) > 0) {
                            late.add("%s: %d ms of overtime".formatted(call, taken.toMillis()));
                        }
                    }
                }
            }
        }
        assertThat(late).as("seed %d", SEED).isEmpty();
        assertThat(begun).as("began; others ended with %s; seed %d", ends, SEED).isGreaterThan((int) (270 * PART));
        assertThat(internal).as("seed %d", SEED).isEmpty();
        assertThat(ends).containsKeys(ErrorCode.QUERY_TIMEOUT, ErrorCode.SQL_NOT_SUPPORTED);
        assertThat(peakMemory() - before).isLessThan(3 * GIGABYTE);
    }

    /** Whether DuckDB began with the rows. */
    private static boolean end(QueryEngine engine, String sql, Map<ErrorCode, Integer> ends, List<String> internal) {
        try (QueryResult result = engine.query(sql, new QueryLimits(LIMIT, 0))) {
            while (result.next()) {
                assertThat(result.columns()).hasSize(1);
            }
            return true;
        } catch (GatehouseException e) {
            ends.merge(e.code(), 1, Integer::sum);
            if (e.code() == ErrorCode.INTERNAL_ERROR) {
                internal.add("%s: %s".formatted(sql, e.getMessage()));
            }
            return e.code() == ErrorCode.QUERY_TIMEOUT;
        }
    }

    /** The most memory that the process had at any time. */
    private static long peakMemory() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .sum();
    }
}
