package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.store.RoutingFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The values of all results share the Java heap, and are counted before they are decoded. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestResultMemory {
    private static final Duration TIME = Duration.ofSeconds(30);

    /** Texts and lists of so many bytes or elements, for each way in which rows are read. */
    private static final List<String> LONG = List.of(
            "SELECT string_agg('é', '') AS t FROM range(%d)",
            "SELECT string_agg('é', '') AS t, DATE '2026-11-28' AS d FROM range(%d)",
            "SELECT [string_agg('é', '')] AS l FROM range(%d)",
            "SELECT [[string_agg('é', '')], NULL] AS l FROM range(%d)",
            "SELECT list(r.i) AS l FROM range(%d) AS r(i)");

    private RoutingFile file;
    private QueryEngine engine;

    @BeforeAll
    void open() throws Exception {
        file = RoutingFile.filled();
        engine = new QueryEngine(file::reader);
    }

    @AfterAll
    void close() throws Exception {
        engine.close();
        file.close();
    }

    @Test
    void aValueThatIsTooLongIsRefused() {
        ResultMemory memory = new ResultMemory(4_000_000);
        for (String sql : LONG) {
            // Again and again: what is known of a statement changes how it is run.
            for (int run = 0; run < 3; run++) {
                assertThat(read(sql.formatted(10_000), memory)).as(sql).isNull();
                assertThat(read(sql.formatted(1_000_000), memory)).as(sql).isEqualTo(ErrorCode.RESULT_TOO_LARGE);
            }
        }
    }

    @Test
    void whatOneResultTakesAnotherCannot() {
        ResultMemory memory = new ResultMemory(4_000_000);
        for (String sql : LONG) {
            String half = sql.formatted(sql.contains("list(") ? 50_000 : 250_000);
            try (QueryResult first = engine.query(half, new QueryLimits(TIME, TIME, 0, memory))) {
                assertThat(first.next()).isTrue();
                assertThat(first.value(0)).isNotNull();
                assertThat(read(half, memory)).as(sql).isEqualTo(ErrorCode.OUT_OF_MEMORY);
                assertThat(read("SELECT name, run_id FROM runs", memory)).isNull();
                assertThat(first.next()).isFalse();
                assertThat(read(half, memory)).as("behind the row of " + sql).isNull();
            }
            assertThat(read(half, memory)).as(sql).isNull();
        }
    }

    @Test
    void aRowThatIsLongAsAWholeIsRefused() {
        String columns = String.join(
                ", ",
                IntStream.range(0, 12)
                        .mapToObj("string_agg('x', '') AS c%d"::formatted)
                        .toList());
        assertThat(read("SELECT " + columns + " FROM range(100000)", new ResultMemory(4_000_000)))
                .isEqualTo(ErrorCode.RESULT_TOO_LARGE);
    }

    /** The first time as vectors or chunks, and then, as they are small, by the driver. */
    @Test
    void rowsAreTheSameEachTime() {
        List<String> statements = new ArrayList<>(List.of("""
                SELECT TRUE, CAST(-1 AS TINYINT), CAST(2 AS SMALLINT), 3, CAST(4 AS BIGINT), sum(5), 1.50,
                    CAST(0.25 AS FLOAT), 1e0, '日本 𝕏', DATE '2026-01-02', TIME '03:04:05.000006',
                    TIMESTAMP '2026-01-02 03:04:05.123456', ARRAY[1, NULL], ARRAY[ARRAY['x'], NULL], NULL,
                    CAST('NaN' AS DOUBLE), CAST(NULL AS VARCHAR),
                    CAST('2026-01-02 03:04:05+02' AS TIMESTAMP WITH LOCAL TIME ZONE), '',
                    CAST(-1.5 AS DECIMAL(9, 2)), CAST(123456789012345678901234567890.5 AS DECIMAL(38, 2)),
                    INTERVAL '14 months 3 days 04:05:06.7', CAST('infinity' AS TIMESTAMP), CAST('24:00:00' AS TIME),
                    [TIMESTAMP '2026-01-02 03:04:05.123456'], [INTERVAL '-1 hour'],
                    CAST(7 AS UTINYINT), CAST(7 AS USMALLINT), CAST(7 AS UINTEGER), CAST(7 AS UBIGINT)
                """));
        for (var relation : engine.catalog().relations()) {
            String columns = String.join(
                    ", ",
                    IntStream.rangeClosed(1, relation.columns().size())
                            .mapToObj(Integer::toString)
                            .toList());
            statements.add("SELECT * FROM %s ORDER BY %s".formatted(relation.name(), columns));
        }
        for (String sql : statements) {
            List<List<@Nullable Object>> first = rows(sql, new ResultMemory(1L << 30));
            assertThat(rows(sql, new ResultMemory(1L << 30))).as(sql).isEqualTo(first);
            assertThat(rows(sql, ResultMemory.unlimited())).as(sql).isEqualTo(first);
        }
    }

    private List<List<@Nullable Object>> rows(String sql, ResultMemory memory) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        try (QueryResult result = engine.query(sql, new QueryLimits(TIME, TIME, 0, memory))) {
            while (result.next()) {
                List<@Nullable Object> row = new ArrayList<>();
                for (int column = 0; column < result.columns().size(); column++) {
                    row.add(result.value(column));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    private @Nullable ErrorCode read(String sql, ResultMemory memory) {
        GatehouseException failure = catchThrowableOfType(GatehouseException.class, () -> {
            try (QueryResult result = engine.query(sql, new QueryLimits(TIME, TIME, 0, memory))) {
                while (result.next()) {
                    for (int column = 0; column < result.columns().size(); column++) {
                        var unused = result.value(column);
                    }
                }
            }
        });
        return failure == null ? null : failure.code();
    }
}
