package io.gatehouse.server;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.server.model.ModelSettings;
import io.gatehouse.server.query.QueryQuota;
import io.gatehouse.server.run.RunPlanner;
import io.gatehouse.server.run.RunSources;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.testing.RecordCopy;
import io.gatehouse.testing.store.SeededFile;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A real server on a free port over a seeded file, and clients for it. */
public final class TestingServer implements AutoCloseable {
    private static final Set<String> PAGES =
            Set.of("GET /", "GET /favicon.svg", "GET /assets/{name}", "GET /plain", "POST /plain");

    private final Store store;
    private final QueryEngine engine;
    private final GatehouseServer server;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private TestingServer(Path folder, UnaryOperator<ServerSettings> change, Function<Store, RunPlanner> planner) {
        this(folder, change, planner, Optional.empty());
    }

    private TestingServer(
            Path folder,
            UnaryOperator<ServerSettings> change,
            Function<Store, RunPlanner> planner,
            Optional<ModelSettings> models) {
        Path file = folder.resolve("seeded.duckdb");
        SeededFile.write(file);
        store = Store.open(file);
        engine = new QueryEngine(store);
        ServerSettings settings = ServerSettings.standard(new ListenAddress("127.0.0.1", 0), "test");
        server = GatehouseServer.start(store, engine, change.apply(settings), planner.apply(store), models);
    }

    public static TestingServer start(Path folder) {
        return new TestingServer(folder, UnaryOperator.identity(), store -> RunPlanner.NONE);
    }

    public static TestingServer start(Path folder, QueryQuota quota) {
        return new TestingServer(
                folder, settings -> RecordCopy.of(settings, Map.of("queries", quota)), store -> RunPlanner.NONE);
    }

    public static TestingServer start(Path folder, UnaryOperator<ServerSettings> change) {
        return new TestingServer(folder, change, store -> RunPlanner.NONE);
    }

    /** A server whose runs are planned so. */
    public static TestingServer startPlanning(Path folder, RunPlanner planner) {
        RunSources sources =
                RunSources.of(List.of(SampleRuns.FOLDER.resolve("model")), List.of(SampleRuns.FOLDER.resolve("quiz")));
        return new TestingServer(folder, settings -> settings.with(sources), store -> planner);
    }

    /** A server that may run the sample model over the sample quiz. */
    public static TestingServer startWithSample(Path folder) {
        return startWithSample(folder, UnaryOperator.identity());
    }

    public static TestingServer startWithSample(Path folder, UnaryOperator<ServerSettings> change) {
        RunSources sources =
                RunSources.of(List.of(SampleRuns.FOLDER.resolve("model")), List.of(SampleRuns.FOLDER.resolve("quiz")));
        return new TestingServer(folder, settings -> change.apply(settings.with(sources)), SampleRuns::new);
    }

    /** A server whose models answer requests. */
    public static TestingServer startAnswering(
            Path folder, List<Path> models, ModelSettings answering, UnaryOperator<ServerSettings> change) {
        return new TestingServer(
                folder,
                settings -> change.apply(settings.with(RunSources.of(models, List.of()))),
                store -> RunPlanner.NONE,
                Optional.of(answering));
    }

    /** Skips the test where the console was not built, unless CI=true, where it must be. */
    public void assumeConsole() throws IOException, InterruptedException {
        if (!"true".equals(System.getenv("CI"))) {
            assumeTrue(get("").body().contains("id=\"console\""), "Built without the console (-Dweb.skip=true)");
        }
    }

    public GatehouseServer server() {
        return server;
    }

    public URI uri() {
        return server.uri();
    }

    /** Method and address of whatever is served and is no page for people. */
    public List<String> apiRoutes() {
        return server.routes().stream().filter(route -> !PAGES.contains(route)).toList();
    }

    public Store store() {
        return store;
    }

    public QueryEngine engine() {
        return engine;
    }

    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(path, HttpRequest.Builder::GET);
    }

    public HttpResponse<byte[]> bytes(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri().resolve(path)).build(), BodyHandlers.ofByteArray());
    }

    public HttpResponse<String> query(String sql) throws IOException, InterruptedException {
        return send(
                "v1/query",
                request -> request.header("Content-Type", "application/sql").POST(BodyPublishers.ofString(sql)));
    }

    public HttpResponse<String> queryJson(String body) throws IOException, InterruptedException {
        return send(
                "v1/query",
                request -> request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    public HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return send(
                path,
                request -> request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)));
    }

    public HttpResponse<String> send(String path, UnaryOperator<HttpRequest.Builder> shape)
            throws IOException, InterruptedException {
        return client.send(
                shape.apply(HttpRequest.newBuilder(uri().resolve(path))).build(), BodyHandlers.ofString());
    }

    public Socket connect() throws IOException {
        Socket socket = new Socket(uri().getHost(), uri().getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** Sends raw text and reads until the server closes the connection, which the text should ask for. */
    public String exchange(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        server.close();
        engine.close();
        store.close();
    }
}
