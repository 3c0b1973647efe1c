package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.JsonValue;
import java.io.IOException;
import java.util.List;

/** A JSON object per row and line, and nothing else; a broken connection marks a partial result. */
final class NdjsonAnswer implements Answer {
    private final ServedQuery query;
    private boolean present;

    NdjsonAnswer(ServedQuery query) {
        this.query = requireNonNull(query, "query is null");
    }

    @Override
    public void start() {
        present = query.next();
    }

    @Override
    public void write(AnswerStream out) throws IOException {
        JsonGenerator json = Json.FACTORY.createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        json.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
        List<String> names = ColumnNames.distinct(query.columns());
        for (; present; present = query.next()) {
            json.writeStartObject();
            for (int column = 0; column < names.size(); column++) {
                json.writeFieldName(names.get(column));
                JsonValue.write(json, query.value(column));
            }
            json.writeEndObject();
        }
        if (query.rows() > 0) {
            json.writeRaw('\n');
        }
        json.flush();
    }
}
