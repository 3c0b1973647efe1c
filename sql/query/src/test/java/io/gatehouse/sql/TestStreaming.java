package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.ResidentMemory;
import io.gatehouse.testing.store.RoutingFile;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows stream: the first is there before the last is computed, and what waits for a reader is bounded. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestStreaming {
    /** Of a server, which reads texts and lists as vectors until it knows that they are short. */
    private static final QueryLimits LIMITS = limits(Duration.ofMinutes(2));

    private static final long MEGABYTE = 1L << 20;

    private final BufferAllocator allocator = new RootAllocator();
    private RoutingFile file;
    private QueryEngine engine;

    /** How rows are read; which one it is depends on the types of the columns. */
    private enum Way {
        CHUNKS("q.question AS value, r.i"),
        CURSOR("q.question_id AS value, r.i"),
        VECTORS("q.choices AS value, r.i"),
        ARROW("q.question AS value, r.i");

        private final String columns;

        Way(String columns) {
            this.columns = columns;
        }

        /** Twelve questions, each many times. */
        String rows(long times) {
            return "SELECT %s FROM questions AS q, questions AS p, range(10000) AS r(i), range(%d) AS s(j)"
                    .formatted(columns, times / 10_000);
        }

        /** The same with an error in one row. */
        String failing(long times, long at) {
            return "SELECT %s, CAST(CASE WHEN r.i = %d THEN 'x' ELSE '1' END AS INTEGER) AS n FROM questions AS q, range(%d) AS r(i)"
                    .formatted(columns, at, times);
        }
    }

    private static QueryLimits limits(Duration timeout) {
        return new QueryLimits(timeout, Duration.ofSeconds(10), 0, new ResultMemory(1L << 30));
    }

    @BeforeAll
    void open() throws Exception {
        file = RoutingFile.filled();
        engine = new QueryEngine(file::reader);
    }

    @AfterAll
    void close() throws Exception {
        engine.close();
        file.close();
        allocator.close();
    }

    @ParameterizedTest
    @EnumSource
    void theFirstRowsComeAtOnceAndTheRestWaitsInBoundedMemory(Way way) throws Exception {
        long before = ResidentMemory.bytes();
        long start = System.nanoTime();
        try (QueryResult result = engine.query(way.rows(100_000_000), LIMITS)) {
            try (ArrowBatches batches = result.batches(allocator)) {
                assertThat(step(way, result, batches)).isTrue();
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
                TimeUnit.SECONDS.sleep(1);
                for (int i = 0; i < 50; i++) {
                    assertThat(step(way, result, batches)).isTrue();
                }
                assertThat(ResidentMemory.bytes() - before).isLessThan(1_000 * MEGABYTE);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatFailsSaysTheSameWhereverItFails(Way way) {
        for (long at : new long[] {0, 90_000, 99_999}) {
            assertThatThrownBy(() -> {
                        try (QueryResult result = engine.query(way.failing(100_000, at), LIMITS);
                                ArrowBatches batches = result.batches(allocator)) {
                            while (step(way, result, batches)) {
                                assertThat(result.columns()).hasSize(3);
                            }
                        }
                    })
                    .isInstanceOfSatisfying(
                            GatehouseException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SQL_EXECUTION))
                    .hasMessageStartingWith("Could not convert string 'x' to INTEGER");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoStopsInTheMiddleIsHeardWithinThreeSeconds(Way way) throws Exception {
        String slow = way.rows(100_000_000) + " WHERE sin(r.i * s.j) + sqrt(q.question_id) > 1e9";
        try (QueryResult result = engine.query(slow, LIMITS);
                ArrowBatches batches = result.batches(allocator)) {
            CompletableFuture<Boolean> reader = CompletableFuture.supplyAsync(() -> step(way, result, batches));
            TimeUnit.MILLISECONDS.sleep(700);
            assertThat(reader).isNotDone();
            result.cancel();
            assertThat(reader)
                    .failsWithin(Duration.ofSeconds(3))
                    .withThrowableThat()
                    .withMessageContaining("The query was cancelled.");
        }
    }

    @Test
    void aTransactionEndsWithItsResult() throws Exception {
        for (int i = 0; i < 100; i++) {
            try (QueryResult result = engine.query(Way.CHUNKS.rows(10_000), LIMITS)) {
                assertThat(result.next()).isTrue();
            }
        }
        assertThat(engine.query("SELECT 1 AS one", LIMITS).next()).isTrue();
    }

    private static boolean step(Way way, QueryResult result, ArrowBatches batches) {
        return way == Way.ARROW ? batches.next() : result.next();
    }
}
