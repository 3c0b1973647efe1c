package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonGenerator;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.JsonValue;
import java.io.IOException;

/** One JSON document with the columns, the rows as arrays, and the totals; {@link QueryResource.Rows} describes it. */
final class JsonAnswer implements Answer {
    private final ServedQuery query;
    private boolean present;

    JsonAnswer(ServedQuery query) {
        this.query = requireNonNull(query, "query is null");
    }

    @Override
    public void start() {
        present = query.next();
    }

    @Override
    public void write(AnswerStream out) throws IOException {
        JsonGenerator json = Json.FACTORY.createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        json.writeStartObject();
        json.writeStringField("queryId", query.id());
        json.writeFieldName("columns");
        json.writeRawValue(Json.string(query.columns()));
        json.writeArrayFieldStart("rows");
        int columns = query.columns().size();
        for (; present; present = query.next()) {
            json.writeStartArray();
            for (int column = 0; column < columns; column++) {
                JsonValue.write(json, query.value(column));
            }
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeNumberField("rowCount", query.rows());
        json.writeNumberField("limit", query.maxRows());
        json.writeBooleanField("truncated", query.truncated());
        json.writeNumberField("elapsedMs", query.elapsedMs());
        json.writeEndObject();
        json.flush();
    }
}
