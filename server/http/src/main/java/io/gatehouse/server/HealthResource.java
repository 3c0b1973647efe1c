package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.JsonField;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.query.QueryQuota;
import io.gatehouse.server.query.QueryRegister;
import io.gatehouse.server.query.QueryService;
import io.gatehouse.store.Store;
import io.javalin.http.Context;
import java.time.Duration;

/** {@code GET /v1/health} and {@code GET /instance}: that the server answers, what it serves, and what it allows. */
final class HealthResource {
    private final Store store;
    private final QueryRegister running;
    private final QueryService service;
    private final ServerSettings settings;
    private final String instance;
    private final long start = System.nanoTime();

    /** The body of {@code GET /v1/health}. */
    record Health(
            @JsonField(values = "ok") String status,
            @JsonField("Version of Gatehouse.") String version,

            @JsonField("Changes with each start of the server.")
            String instance,

            @JsonField("Name of the database file.") String database,
            long databaseBytes,
            int runs,
            long uptimeSeconds,
            int runningQueries,
            int queuedQueries,
            Limits limits) {}

    /** What the server allows. */
    record Limits(
            @JsonField("Time of a query from its turn to its last row.")
            double querySeconds,

            @JsonField("Part of that for planning.") double planningSeconds,
            @JsonField("Rows of a JSON result by default.") long rows,
            @JsonField("Size of a result.") long resultBytes,
            @JsonField("Queries that run at a time.") int concurrentQueries,

            @JsonField("Long queries that compute at a time.")
            int concurrentLongQueries,

            @JsonField("Queries that wait.") int queuedQueries,
            @JsonField("How long they wait.") double queueSeconds,

            @JsonField("Memory of all processes of the server.")
            long memoryBytes,

            @JsonField("Size of a request's body.") int bodyBytes,
            @JsonField("Time for it to arrive.") double bodySeconds,
            @JsonField("Size of a request's headers.") int headerBytes,
            int connections,
            @JsonField("Clients of /v1/events.") int eventStreams) {
        private static Limits of(ServerSettings settings) {
            QueryQuota queries = settings.queries();
            return new Limits(
                    seconds(queries.timeout()),
                    seconds(queries.planning()),
                    queries.rows(),
                    queries.bytes(),
                    queries.concurrent(),
                    queries.computing(),
                    queries.queued(),
                    seconds(queries.patience()),
                    settings.memory().bytes(),
                    settings.http().bodyBytes(),
                    seconds(settings.http().bodyTime()),
                    settings.http().headerBytes(),
                    settings.http().connections(),
                    settings.http().eventStreams());
        }

        private static double seconds(Duration duration) {
            return duration.toMillis() / 1000.0;
        }
    }

    /** The body of {@code GET /instance}. */
    record Instance(
            @JsonField("Changes with each start of the server.")
            String instance) {}

    HealthResource(Store store, QueryRegister running, QueryService service, ServerSettings settings, String instance) {
        this.store = requireNonNull(store, "store is null");
        this.running = requireNonNull(running, "running is null");
        this.service = requireNonNull(service, "service is null");
        this.settings = requireNonNull(settings, "settings is null");
        this.instance = requireNonNull(instance, "instance is null");
    }

    void health(Context context) {
        int queued = service.waiting();
        Health health = new Health(
                "ok",
                settings.version(),
                instance,
                String.valueOf(store.file().getFileName()),
                store.bytes(),
                store.runs().size(),
                (System.nanoTime() - start) / 1_000_000_000,
                running.count() - queued,
                queued,
                Limits.of(settings));
        Json.send(context, 200, health);
    }

    /**
     * Names this start of the server and nothing else. It needs no token, so that a client that has read the file beside
     * the database can check that it is still true before it sends a secret to that address.
     */
    void instance(Context context) {
        Json.send(context, 200, new Instance(instance));
    }
}
