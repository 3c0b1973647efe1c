package io.gatehouse.server.schema;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.gatehouse.sql.catalog.Catalog;
import io.gatehouse.sql.catalog.Column;
import io.gatehouse.sql.catalog.Relation;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** {@code GET /v1/schema}: the relations that SQL can name, with the comment of each relation and column. */
public final class SchemaResource implements Handler {
    private static final JsonFactory JSON = new JsonFactory();

    private final Catalog catalog;

    public SchemaResource(Catalog catalog) {
        this.catalog = requireNonNull(catalog, "catalog is null");
    }

    @Override
    public void handle(Context context) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeArrayFieldStart("tables");
            for (Relation relation : catalog.relations()) {
                write(json, relation);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        context.contentType("application/json").result(bytes.toByteArray());
    }

    private void write(JsonGenerator json, Relation relation) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", relation.name());
        json.writeStringField("kind", catalog.findStored(relation.name()).isPresent() ? "table" : "view");
        json.writeStringField("comment", relation.comment());
        json.writeArrayFieldStart("columns");
        for (Column column : relation.columns()) {
            json.writeStartObject();
            json.writeStringField("name", column.name());
            json.writeStringField("type", column.type());
            json.writeBooleanField("nullable", column.nullable());
            json.writeStringField("comment", column.comment());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
