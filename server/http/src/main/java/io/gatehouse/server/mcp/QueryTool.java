package io.gatehouse.server.mcp;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.base.JsonField;
import io.gatehouse.client.Query;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.client.Rows;
import io.gatehouse.client.Session;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.JsonValue;
import io.gatehouse.server.query.QueryRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The tool {@code query}: one statement in, its rows out. */
final class QueryTool {
    /** What a client gets that does not say how many rows it wants: the result goes into the context of a model. */
    private static final long ROWS = 100;

    private static final long MOST_ROWS = 10_000;

    private static final int MOST_BYTES = 1_000_000;

    record Arguments(
            @JsonField(value = "One SQL statement, read-only.", required = true)
            String sql,

            @JsonField(
                    value = QueryRequest.PARAMETERS,
                    types = {"array", "object"})
            JsonNode parameters,

            @JsonField(value = "Maximum number of rows; 100 by default.", minimum = 1, maximum = MOST_ROWS)
            Optional<Long> limit,

            @JsonField(value = "Time limit in seconds; the server's limit holds where it is less.", minimum = 1)
            Optional<Long> timeout) {}

    record Result(
            List<ResultColumn> columns,

            @JsonField("Integers beyond 2^53, decimals, NaN and infinities are strings.")
            List<List<Object>> rows,

            long rowCount,
            @JsonField("Whether the limit cut the result.") boolean truncated) {}

    static final Tool TOOL = new Tool(
            "query",
            "Run a SQL query",
            "Runs one read-only SQL statement (DuckDB's dialect) on the recorded routing and returns its rows. SHOW TABLES"
                    + " lists the relations, SHOW FUNCTIONS the functions. An error says what is wrong and often what to write instead.",
            Arguments.class,
            Result.class,
            QueryTool::call);

    private QueryTool() {}

    private static String call(ObjectNode given, Session session) {
        Arguments arguments = Json.read(given, Arguments.class);
        long limit = within("limit", arguments.limit(), MOST_ROWS).orElse(ROWS);
        Optional<Duration> timeout =
                within("timeout", arguments.timeout(), Integer.MAX_VALUE).map(Duration::ofSeconds);
        Query query = new Query(arguments.sql(), QueryRequest.bindings(arguments.parameters()), timeout, limit);
        try (Rows rows = session.query(query)) {
            rows.start();
            return json(rows);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Long> within(String name, Optional<Long> value, long most) {
        value.filter(number -> number < 1 || number > most).ifPresent(number -> {
            throw Json.invalid("The %s must be 1 to %,d, but is %d.".formatted(name, most, number));
        });
        return value;
    }

    private static String json(Rows rows) throws IOException {
        LimitedBytes bytes = new LimitedBytes();
        try (JsonGenerator json = Json.FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeFieldName("columns");
            json.writeRawValue(Json.string(rows.columns()));
            json.writeArrayFieldStart("rows");
            long count = 0;
            for (; rows.next(); count++) {
                json.writeStartArray();
                for (int column = 0; column < rows.columns().size(); column++) {
                    JsonValue.write(json, rows.value(column));
                }
                json.writeEndArray();
            }
            json.writeEndArray();
            json.writeNumberField("rowCount", count);
            json.writeBooleanField("truncated", rows.truncated());
            json.writeEndObject();
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Takes no more than a tool may answer. */
    private static final class LimitedBytes extends ByteArrayOutputStream {
        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            if (size() + length > MOST_BYTES) {
                throw new GatehouseException(
                        ErrorCode.RESULT_TOO_LARGE,
                        "The answer is larger than the limit of %,d bytes of a tool; ask for fewer rows or columns."
                                .formatted(MOST_BYTES));
            }
            super.write(bytes, offset, length);
        }
    }
}
