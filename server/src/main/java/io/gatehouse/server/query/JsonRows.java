package io.gatehouse.server.query;

import com.fasterxml.jackson.core.JsonGenerator;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.JsonValue;
import io.gatehouse.sql.ResultColumn;
import java.io.IOException;
import java.io.OutputStream;

/** One JSON document with the columns, the rows as arrays, and what is known at the end. */
final class JsonRows implements RowWriter {
    private final long limit;

    /** @param limit the row limit that the answer tells; 0 for none */
    JsonRows(long limit) {
        this.limit = limit;
    }

    @Override
    public void write(ServedQuery query, boolean first, OutputStream out) throws IOException {
        JsonGenerator json = Json.FACTORY.createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        json.writeStartObject();
        json.writeStringField("queryId", query.id());
        writeColumns(json, query);
        json.writeArrayFieldStart("rows");
        int columns = query.columns().size();
        for (boolean present = first; present; present = query.next()) {
            json.writeStartArray();
            for (int column = 0; column < columns; column++) {
                JsonValue.write(json, query.value(column));
            }
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeNumberField("rowCount", query.rows());
        json.writeNumberField("limit", limit);
        json.writeBooleanField("truncated", query.truncated());
        json.writeNumberField("elapsedMs", query.elapsedMs());
        json.writeEndObject();
        json.flush();
    }

    private static void writeColumns(JsonGenerator json, ServedQuery query) throws IOException {
        json.writeArrayFieldStart("columns");
        for (ResultColumn column : query.columns()) {
            json.writeStartObject();
            json.writeStringField("name", column.name());
            json.writeStringField("type", column.type());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
