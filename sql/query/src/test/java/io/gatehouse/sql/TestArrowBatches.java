package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.store.RoutingFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.channels.Channels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.pojo.Field;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestArrowBatches {
    private static final Pattern FLOAT = Pattern.compile("-?\\d+\\.\\d+(E-?\\d+)?");

    private static final QueryLimits LIMITS = new QueryLimits(Duration.ofSeconds(20), 0);
    private static final String MANY = """
            SELECT row_number() OVER () AS i FROM tokens a, tokens b, tokens c, tokens d LIMIT 200000
            """;
    private static final String ENDLESS = """
            SELECT sum(a.token_id * b.token_id + c.token_id * d.token_id + e.token_id * f.token_id)
            FROM tokens a, tokens b, tokens c, tokens d, tokens e, tokens f
            """;

    private final BufferAllocator allocator = new RootAllocator();
    private RoutingFile file;
    private QueryEngine engine;

    @BeforeAll
    void open() throws Exception {
        file = RoutingFile.filled();
        engine = new QueryEngine(file::reader);
    }

    /** An allocator that is closed complains of memory that was not given back. */
    @AfterAll
    void close() throws Exception {
        engine.close();
        file.close();
        allocator.close();
    }

    @Test
    void everyRelationHasTheValuesOfItsRows() throws Exception {
        for (var relation : engine.catalog().relations()) {
            String columns = IntStream.rangeClosed(1, relation.columns().size())
                    .mapToObj(Integer::toString)
                    .collect(Collectors.joining(", "));
            assertSameValues("SELECT * FROM %s ORDER BY %s".formatted(relation.name(), columns));
        }
    }

    @Test
    void everyTypeHasTheValuesOfItsRows() throws Exception {
        assertSameValues("""
                SELECT TRUE, CAST(-1 AS TINYINT), CAST(2 AS SMALLINT), 3, CAST(4 AS BIGINT), sum(5), 1.50,
                    CAST(0.25 AS FLOAT), 1e0, '日本 𝕏', DATE '2026-01-02', TIME '03:04:05.000006',
                    TIMESTAMP '2026-01-02 03:04:05.123456', ARRAY[1, NULL], ARRAY[ARRAY['x'], NULL], NULL,
                    CAST('NaN' AS DOUBLE), CAST(NULL AS VARCHAR), CAST('2026-01-02 03:04:05+02' AS TIMESTAMP WITH LOCAL TIME ZONE),
                    DATE '1901-02-03', CAST(-1.5 AS DECIMAL(4, 1)), CAST(-1.5 AS DECIMAL(9, 2)),
                    CAST(123456789012345678901234567890.5 AS DECIMAL(38, 2)), TIMESTAMP '1901-02-03 04:05:06.000007'
                """);
    }

    @Test
    void fieldsSayTheNameAndTheSqlType() {
        try (QueryResult result = engine.query(
                        "SELECT count(*), layer AS \"L\", list(weight) FROM activations GROUP BY 2", LIMITS);
                ArrowBatches batches = result.batches(allocator)) {
            assertThat(batches.next()).isTrue();
            assertThat(batches.root().getSchema().getFields().stream().map(Field::getName))
                    .containsExactly("count(*)", "L", "list(weight)");
            assertThat(batches.root().getSchema().getFields().stream()
                            .map(field -> field.getMetadata().get(ArrowBatches.SQL_TYPE)))
                    .isEqualTo(result.columns().stream()
                            .map(column -> column.type().toString())
                            .toList());
        }
    }

    @Test
    void anEmptyResultHasASchema() {
        try (QueryResult result = engine.query("SELECT name FROM runs WHERE run_id = ?", List.of(99), LIMITS);
                ArrowBatches batches = result.batches(allocator)) {
            assertThat(batches.next()).isFalse();
            assertThat(batches.root().getSchema().getFields()).hasSize(1);
            assertThat(batches.truncated()).isFalse();
        }
    }

    @Test
    void theLimitCutsTheBatchThatGoesOverIt() throws Exception {
        for (int limit : new int[] {1, 100, 65_536, 131_072, 131_073, 199_999, 200_000, 200_001}) {
            try (QueryResult result = engine.query(MANY, new QueryLimits(Duration.ofSeconds(20), limit));
                    ArrowBatches batches = result.batches(allocator)) {
                List<Object> values = values(batches);
                assertThat(values).as("limit %d", limit).hasSize(Math.min(limit, 200_000));
                assertThat(values.get(values.size() - 1)).isEqualTo((long) values.size());
                assertThat(batches.truncated()).as("limit %d", limit).isEqualTo(limit < 200_000);
            }
        }
        try (QueryResult result = engine.query(
                        "SELECT subject, experts FROM token_routing, questions",
                        new QueryLimits(Duration.ofSeconds(20), 5));
                ArrowBatches batches = result.batches(allocator)) {
            assertThat(values(batches)).hasSize(5);
            assertThat(batches.truncated()).isTrue();
        }
    }

    @Test
    void whatExplainAddsComesFirst() throws Exception {
        String sql = "EXPLAIN ANALYZE SELECT count(*) FROM runs";
        try (QueryResult result = engine.query(sql, LIMITS);
                ArrowBatches batches = result.batches(allocator)) {
            assertThat(values(batches))
                    .containsExactly("logical_plan", "rollup", "duckdb_sql", "planning", "analyzed_plan");
        }
    }

    @Test
    void timeAndCancelEndIt() throws Exception {
        try (QueryResult result = engine.query(ENDLESS, new QueryLimits(Duration.ofMillis(500), 0));
                ArrowBatches batches = result.batches(allocator)) {
            assertThat(failure(batches).code()).isEqualTo(ErrorCode.QUERY_TIMEOUT);
        }
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (QueryResult result = engine.query(ENDLESS, LIMITS);
                ArrowBatches batches = result.batches(allocator)) {
            Future<GatehouseException> reader = threads.submit(() -> failure(batches));
            TimeUnit.MILLISECONDS.sleep(300);
            result.cancel();
            assertThat(reader.get(5, TimeUnit.SECONDS).code()).isEqualTo(ErrorCode.CANCELLED_BY_USER);
        } finally {
            threads.shutdown();
        }
        try (QueryResult result = engine.query(MANY, LIMITS);
                ArrowBatches batches = result.batches(allocator)) {
            assertThat(batches.next()).isTrue();
            result.cancel();
            assertThat(failure(batches).code()).isEqualTo(ErrorCode.CANCELLED_BY_USER);
        }
    }

    private static GatehouseException failure(ArrowBatches batches) {
        return requireNonNull(catchThrowableOfType(GatehouseException.class, batches::next));
    }

    /** The values of the first column. */
    private static List<Object> values(ArrowBatches batches) {
        List<Object> values = new ArrayList<>();
        while (batches.next()) {
            FieldVector vector = batches.root().getVector(0);
            for (int row = 0; row < batches.root().getRowCount(); row++) {
                Object value = vector.getObject(row);
                values.add(value instanceof Long ? value : value.toString());
            }
        }
        return values;
    }

    /** To nine places: the last digits of a sum of floats hang on the order in which threads add. */
    private static String rounded(String text) {
        return FLOAT.matcher(text).matches()
                ? new BigDecimal(text).setScale(9, RoundingMode.HALF_EVEN).toPlainString()
                : text;
    }

    private void assertSameValues(String sql) throws IOException {
        List<List<String>> streamed = new ArrayList<>();
        try (ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(stream(sql)), allocator)) {
            while (reader.loadNextBatch()) {
                VectorSchemaRoot root = reader.getVectorSchemaRoot();
                for (int row = 0; row < root.getRowCount(); row++) {
                    List<String> texts = new ArrayList<>();
                    for (FieldVector vector : root.getFieldVectors()) {
                        texts.add(rounded(ArrowText.of(vector, row)));
                    }
                    streamed.add(texts);
                }
            }
        }
        List<List<String>> expected = Rows.of(engine, sql).rows().stream()
                .map(row -> row.stream()
                        .map(ArrowText::of)
                        .map(TestArrowBatches::rounded)
                        .toList())
                .toList();
        assertThat(streamed).as(sql).isEqualTo(expected);
    }

    /** Through the format in which the batches travel, which needs all of a vector to be in place. */
    private byte[] stream(String sql) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (QueryResult result = engine.query(sql, LIMITS);
                ArrowBatches batches = result.batches(allocator)) {
            boolean present = batches.next();
            try (ArrowStreamWriter writer = new ArrowStreamWriter(batches.root(), null, Channels.newChannel(bytes))) {
                writer.start();
                for (; present; present = batches.next()) {
                    writer.writeBatch();
                }
            }
        }
        return bytes.toByteArray();
    }
}
