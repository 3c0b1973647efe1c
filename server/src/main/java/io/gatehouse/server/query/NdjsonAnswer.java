package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.JsonValue;
import io.gatehouse.sql.ResultColumn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A JSON object per row and line, and nothing else: a cut answer shows by its broken connection. */
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
        List<String> names = names(query.columns());
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

    /** A second column of a name gets a number, for an object has each name once. */
    static List<String> names(List<ResultColumn> columns) {
        Set<String> taken = new HashSet<>();
        List<String> names = new ArrayList<>();
        for (ResultColumn column : columns) {
            String name = column.name();
            for (int number = 1; !taken.add(name); number++) {
                name = column.name() + "_" + number;
            }
            names.add(name);
        }
        return names;
    }
}
