package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.query.QueryAllowance;
import io.gatehouse.server.query.QueryDoor;
import io.gatehouse.server.query.QueryRegister;
import io.gatehouse.store.Store;
import io.javalin.http.Context;
import io.javalin.http.Handler;

/** {@code GET /v1/health}: that the server answers, what it serves, and what it allows. */
final class HealthResource implements Handler {
    private final Store store;
    private final QueryRegister running;
    private final QueryDoor door;
    private final ServerSettings settings;
    private final String instance;
    private final long start = System.nanoTime();

    HealthResource(Store store, QueryRegister running, QueryDoor door, ServerSettings settings, String instance) {
        this.store = requireNonNull(store, "store is null");
        this.running = requireNonNull(running, "running is null");
        this.door = requireNonNull(door, "door is null");
        this.settings = requireNonNull(settings, "settings is null");
        this.instance = requireNonNull(instance, "instance is null");
    }

    @Override
    public void handle(Context context) {
        ObjectNode json = Json.object();
        json.put("status", "ok");
        json.put("version", settings.version());
        json.put("instance", instance);
        json.put("database", String.valueOf(store.file().getFileName()));
        json.put("databaseBytes", store.bytes());
        json.put("runs", store.runs().size());
        json.put("uptimeSeconds", (System.nanoTime() - start) / 1_000_000_000);
        json.put("runningQueries", running.count() - door.waiting());
        json.put("queuedQueries", door.waiting());
        limits(json.putObject("limits"));
        Json.send(context, 200, json);
    }

    private void limits(ObjectNode json) {
        QueryAllowance queries = settings.queries();
        json.put("querySeconds", queries.timeout().toMillis() / 1000.0);
        json.put("planningSeconds", queries.planning().toMillis() / 1000.0);
        json.put("rows", queries.rows());
        json.put("resultBytes", queries.bytes());
        json.put("concurrentQueries", queries.concurrent());
        json.put("concurrentLongQueries", queries.computing());
        json.put("queuedQueries", queries.queued());
        json.put("queueSeconds", queries.patience().toMillis() / 1000.0);
        json.put("memoryBytes", settings.memory().bytes());
        json.put("bodyBytes", settings.http().bodyBytes());
        json.put("bodySeconds", settings.http().bodyTime().toMillis() / 1000.0);
        json.put("headerBytes", settings.http().headerBytes());
        json.put("connections", settings.http().connections());
        json.put("eventStreams", settings.http().eventStreams());
    }
}
