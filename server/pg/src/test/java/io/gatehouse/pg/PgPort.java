package io.gatehouse.pg;

import io.gatehouse.server.GatehouseServer;
import io.gatehouse.server.ListenAddress;
import io.gatehouse.server.ServerSettings;
import io.gatehouse.server.http.HttpLimits;
import io.gatehouse.server.run.RunPlanner;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.testing.store.SeededFile;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A real server over a seeded file with a port for PostgreSQL's clients. */
final class PgPort implements AutoCloseable {
    private final Store store;
    private final QueryEngine engine;
    private final GatehouseServer http;
    private final PgServer pg;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private PgPort(Path folder, PgSettings settings) {
        Path file = folder.resolve("seeded.duckdb");
        SeededFile.write(file);
        store = Store.open(file);
        engine = new QueryEngine(store);
        http = GatehouseServer.start(
                store, engine, ServerSettings.standard(new ListenAddress("127.0.0.1", 0), "test"), RunPlanner.NONE);
        pg = PgServer.start(http, settings);
    }

    static PgPort start(Path folder) {
        return start(folder, UnaryOperator.identity());
    }

    static PgPort start(Path folder, UnaryOperator<PgSettings> change) {
        return new PgPort(folder, change.apply(usual()));
    }

    private static PgSettings usual() {
        HttpLimits limits = new HttpLimits(1_000_000, Duration.ofSeconds(1), 8192, HttpLimits.HEAD_TIME, 16, 8);
        return new PgSettings(new ListenAddress("127.0.0.1", 0), Optional.empty(), Optional.empty(), limits);
    }

    /** Returns what the server answers over HTTP. */
    String get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(http.uri().resolve(path)).build());
    }

    /** Returns the rows of a query over HTTP. */
    String queryJson(String body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(http.uri().resolve("v1/query"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build());
    }

    private String send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, BodyHandlers.ofString()).body();
    }

    QueryEngine engine() {
        return engine;
    }

    PgServer pg() {
        return pg;
    }

    int port() {
        return pg.port();
    }

    @Override
    public void close() {
        pg.close();
        http.close();
        engine.close();
        store.close();
    }
}
