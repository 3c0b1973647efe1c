package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.store.RoutingFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * A result that is stopped in its middle says so: what a reader counted is all of it, or the reader got an error. With
 * texts rows come in chunks, without as a cursor, and as Arrow in batches; each statement has run before, so that it is
 * known.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestStoppedResults {
    /** Of a server, which reads texts and lists as vectors until it knows that they are short. */
    private static final QueryLimits LIMITS = limits(Duration.ofMinutes(2));

    private static final long ROWS = 600_000;
    private static final String TEXTS = "SELECT q.subject, r.i FROM questions AS q, range(50000) AS r(i)";
    private static final String NUMBERS = "SELECT q.question_id, r.i FROM questions AS q, range(50000) AS r(i)";
    private static final String LISTS = "SELECT q.choices, r.i FROM questions AS q, range(50000) AS r(i)";
    private static final String LAST_FAILS = """
            SELECT q.subject, CAST(CASE WHEN r.i = 49999 THEN 'x' ELSE '1' END AS INTEGER) AS n
            FROM questions AS q, range(50000) AS r(i) ORDER BY r.i
            """;

    private final BufferAllocator allocator = new RootAllocator();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private RoutingFile file;
    private QueryEngine engine;

    /** What reads a result, row by row or in batches, and tells how many rows it has. */
    private interface Reader extends AutoCloseable {
        /** Rows of the next step; 0 at the end. */
        long read();

        @Override
        void close();
    }

    private record OneByOne(QueryResult result) implements Reader {
        @Override
        public long read() {
            if (!result.next()) {
                return 0;
            }
            requireNonNull(result.value(0));
            return 1;
        }

        @Override
        public void close() {}
    }

    private record InBatches(ArrowBatches batches) implements Reader {
        @Override
        public long read() {
            return batches.next() ? batches.root().getRowCount() : 0;
        }

        @Override
        public void close() {
            batches.close();
        }
    }

    /** How a result is read. */
    private enum Way {
        CHUNKS(TEXTS),
        CURSOR(NUMBERS),
        VECTORS(LISTS),
        ARROW(TEXTS);

        private final String sql;

        Way(String sql) {
            this.sql = sql;
        }
    }

    private static QueryLimits limits(Duration timeout) {
        return new QueryLimits(timeout, Duration.ofSeconds(10), 0, new ResultMemory(1L << 30));
    }

    @BeforeAll
    void open() throws Exception {
        file = RoutingFile.filled();
        engine = new QueryEngine(file::reader);
        for (Way way : Way.values()) {
            try (QueryResult result = engine.query(way.sql, LIMITS);
                    Reader reader = reader(result, Way.CURSOR)) {
                assertThat(count(reader)).isEqualTo(ROWS);
            }
        }
    }

    @AfterAll
    void close() throws Exception {
        threads.shutdownNow();
        engine.close();
        file.close();
        allocator.close();
    }

    @Test
    void aCancelInTheMiddleIsAnError() {
        for (Way way : Way.values()) {
            try (QueryResult result = engine.query(way.sql, LIMITS);
                    Reader reader = reader(result, way)) {
                readSome(reader);
                result.cancel();
                assertThat(failure(reader)).as("%s", way).isEqualTo(ErrorCode.CANCELLED_BY_USER);
            }
        }
    }

    @Test
    void aTimeoutInTheMiddleIsAnError() throws Exception {
        List<QueryResult> results = new ArrayList<>();
        Map<Way, Reader> readers = new EnumMap<>(Way.class);
        try {
            for (Way way : Way.values()) {
                QueryResult result = engine.query(way.sql, limits(Duration.ofSeconds(3)));
                results.add(result);
                Reader reader = reader(result, way);
                readers.put(way, reader);
                readSome(reader);
            }
            TimeUnit.MILLISECONDS.sleep(3_100);
            readers.forEach(
                    (way, reader) -> assertThat(failure(reader)).as("%s", way).isEqualTo(ErrorCode.QUERY_TIMEOUT));
        } finally {
            readers.values().forEach(Reader::close);
            results.forEach(QueryResult::close);
        }
    }

    @Test
    void aCloseInTheMiddleIsAnErrorToWhoReadsOn() {
        for (Way way : Way.values()) {
            QueryResult result = engine.query(way.sql, LIMITS);
            try (Reader reader = reader(result, way)) {
                readSome(reader);
                result.close();
                assertThat(failure(reader)).as("%s", way).isEqualTo(ErrorCode.CANCELLED_BY_USER);
            }
        }
    }

    @Test
    void aFailureOfTheLastRowIsAnError() {
        for (Way way : Way.values()) {
            for (int run = 0; run < 2; run++) {
                try (QueryResult result = engine.query(LAST_FAILS, LIMITS);
                        Reader reader = reader(result, way)) {
                    assertThat(failure(reader)).as("%s", way).isEqualTo(ErrorCode.SQL_EXECUTION);
                }
            }
        }
    }

    /** At any moment: before DuckDB begins, while it computes, and while its rows are read. */
    @Test
    void whoeverStopsAtAnyMomentLeavesAllRowsOrAnError() throws Exception {
        long seed = Long.getLong("gatehouse.test.seed", 20_261_125L);
        Random random = new Random(seed);
        int stopped = 0;
        for (int i = 0; i < 60; i++) {
            Way way = Way.values()[i % Way.values().length];
            boolean closing = random.nextBoolean();
            long micros = random.nextInt(200_000);
            QueryResult result = engine.query(way.sql, LIMITS);
            try (Reader reader = reader(result, way)) {
                Future<Optional<Long>> counted = threads.submit(() -> countOrError(reader));
                TimeUnit.MICROSECONDS.sleep(micros);
                if (closing) {
                    result.close();
                } else {
                    result.cancel();
                }
                Optional<Long> rows = counted.get(30, TimeUnit.SECONDS);
                stopped += rows.isEmpty() ? 1 : 0;
                assertThat(rows.orElse(ROWS))
                        .as("seed %d, %s, %s after %d us", seed, way, closing ? "closed" : "cancelled", micros)
                        .isEqualTo(ROWS);
            } finally {
                result.close();
            }
        }
        assertThat(stopped).as("seed %d", seed).isPositive();
    }

    private static Optional<Long> countOrError(Reader reader) {
        try {
            return Optional.of(count(reader));
        } catch (GatehouseException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED_BY_USER);
            return Optional.empty();
        }
    }

    private Reader reader(QueryResult result, Way way) {
        return way == Way.ARROW ? new InBatches(result.batches(allocator)) : new OneByOne(result);
    }

    private static long count(Reader reader) {
        long rows = 0;
        for (long read = reader.read(); read > 0; read = reader.read()) {
            rows += read;
        }
        return rows;
    }

    /** Into the second of several chunks or batches. */
    private static void readSome(Reader reader) {
        long rows = 0;
        while (rows < 70_000) {
            long read = reader.read();
            assertThat(read).isPositive();
            rows += read;
        }
        assertThat(rows).isLessThan(ROWS);
    }

    private static ErrorCode failure(Reader reader) {
        return requireNonNull(catchThrowableOfType(GatehouseException.class, () -> count(reader)))
                .code();
    }
}
