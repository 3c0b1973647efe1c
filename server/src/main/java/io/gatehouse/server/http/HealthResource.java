package io.gatehouse.server.http;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.gatehouse.store.Store;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** {@code GET /v1/health}: that the server answers, and what it serves. */
final class HealthResource implements Handler {
    private static final JsonFactory JSON = new JsonFactory();

    private final Store store;
    private final RunningQueries running;
    private final String version;

    HealthResource(Store store, RunningQueries running, String version) {
        this.store = requireNonNull(store, "store is null");
        this.running = requireNonNull(running, "running is null");
        this.version = requireNonNull(version, "version is null");
    }

    @Override
    public void handle(Context context) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("status", "ok");
            json.writeStringField("version", version);
            json.writeStringField("database", String.valueOf(store.file().getFileName()));
            json.writeNumberField("runs", store.runs().size());
            json.writeNumberField("runningQueries", running.count());
            json.writeEndObject();
        }
        context.contentType("application/json").result(bytes.toByteArray());
    }
}
