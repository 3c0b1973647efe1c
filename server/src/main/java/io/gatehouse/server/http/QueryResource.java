package io.gatehouse.server.http;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.QueryLimits;
import io.gatehouse.sql.QueryResult;
import io.gatehouse.sql.ResultColumn;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;

/** {@code POST /v1/query}: one statement in, its rows out as JSON while they are read. */
final class QueryResource implements Handler {
    private static final JsonFactory JSON = new JsonFactory();

    private final QueryEngine engine;
    private final RunningQueries running;
    private final HttpLimits limits;

    QueryResource(QueryEngine engine, RunningQueries running, HttpLimits limits) {
        this.engine = requireNonNull(engine, "engine is null");
        this.running = requireNonNull(running, "running is null");
        this.limits = requireNonNull(limits, "limits is null");
    }

    @Override
    public void handle(Context context) throws IOException {
        long start = System.nanoTime();
        QueryRequest request = QueryRequest.read(context);
        String id = QueryId.assign(context);
        long limit = request.limit().orElse(limits.defaultRows());
        ClientConnection client = ClientConnection.of(context);
        QueryLimits queryLimits = new QueryLimits(limits.queryTimeout(), limit);
        try (RunningQueries.Entry entry = running.enter(engine.query(request.sql(), queryLimits), client)) {
            QueryResult result = entry.result();
            // The status leaves with the first row, so that what fails before it still gets one of its own.
            boolean present = result.next();
            context.status(200).contentType("application/json");
            write(context, result, present, new Answer(id, limit, start));
        } catch (IOException | RuntimeException e) {
            if (context.res().isCommitted()) {
                client.abort(e);
            }
            throw e;
        }
    }

    private record Answer(String id, long limit, long start) {
        double elapsedMs() {
            return Math.round((System.nanoTime() - start) / 1e3) / 1e3;
        }
    }

    private static void write(Context context, QueryResult result, boolean first, Answer answer) throws IOException {
        // Not Javalin's stream, which compresses: that costs more than loopback does.
        JsonGenerator json = JSON.createGenerator(context.res().getOutputStream());
        json.writeStartObject();
        json.writeStringField("queryId", answer.id());
        writeColumns(json, result);
        json.writeArrayFieldStart("rows");
        int columns = result.columns().size();
        long rows = 0;
        for (boolean present = first; present; present = result.next()) {
            json.writeStartArray();
            for (int column = 0; column < columns; column++) {
                JsonValue.write(json, result.value(column));
            }
            json.writeEndArray();
            rows++;
        }
        json.writeEndArray();
        json.writeNumberField("rowCount", rows);
        json.writeNumberField("limit", answer.limit());
        json.writeBooleanField("truncated", result.truncated());
        json.writeNumberField("elapsedMs", answer.elapsedMs());
        json.writeEndObject();
        // Closed only here: closing on the way out of a failure would complete a cut answer.
        json.close();
    }

    private static void writeColumns(JsonGenerator json, QueryResult result) throws IOException {
        json.writeArrayFieldStart("columns");
        for (ResultColumn column : result.columns()) {
            json.writeStartObject();
            json.writeStringField("name", column.name());
            json.writeStringField("type", column.type());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
