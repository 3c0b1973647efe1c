package io.gatehouse.bench.server;

import io.gatehouse.server.GatehouseServer;
import io.gatehouse.server.ListenAddress;
import io.gatehouse.server.ServerSettings;
import io.gatehouse.server.run.RunSources;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.testing.store.SeededFile;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A server on a free port over a seeded file that may run the sample model over the sample quiz. */
record SampleServer(Store store, QueryEngine engine, GatehouseServer server) implements AutoCloseable {
    private static final Path SAMPLE =
            Path.of(System.getProperty("gatehouse.root")).resolve("core").resolve("sample");
    static final Path MODEL = SAMPLE.resolve("model");
    static final Path QUIZ = SAMPLE.resolve("quiz");

    static SampleServer start(Path folder) {
        Path file = folder.resolve("seeded.duckdb");
        SeededFile.write(file);
        Store store = Store.open(file);
        QueryEngine engine = new QueryEngine(store);
        ServerSettings settings = ServerSettings.standard(new ListenAddress("127.0.0.1", 0), "test")
                .with(RunSources.of(List.of(MODEL), List.of(QUIZ)));
        return new SampleServer(
                store, engine, GatehouseServer.start(store, engine, settings, new InProcessRuns(store)));
    }

    URI uri() {
        return server.uri();
    }

    /** Sends raw text and reads until the server closes the connection, which the text should ask for. */
    String exchange(String request) throws IOException {
        try (Socket socket = new Socket(uri().getHost(), uri().getPort())) {
            socket.setSoTimeout(20_000);
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
