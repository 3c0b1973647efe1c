package io.gatehouse.bench.server;

import io.gatehouse.store.Store;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.apache.calcite.avatica.jdbc.JdbcMeta;
import org.apache.calcite.avatica.metrics.noop.NoopMetricsSystem;
import org.apache.calcite.avatica.remote.Handler.HandlerResponse;
import org.apache.calcite.avatica.remote.LocalService;
import org.apache.calcite.avatica.remote.ProtobufHandler;
import org.apache.calcite.avatica.remote.ProtobufTranslationImpl;

/**
 * Apache Avatica's own server of JDBC over DuckDB's connections, to compare with: its {@link JdbcMeta} and its protocol in
 * Protobuf, behind the web server that ours is behind.
 */
final class AvaticaServer implements AutoCloseable {
    private final Javalin javalin;

    AvaticaServer(Store store) throws SQLException {
        ProtobufHandler handler = new ProtobufHandler(
                new LocalService(new StoreMeta(store)), new ProtobufTranslationImpl(), NoopMetricsSystem.getInstance());
        javalin = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.startup.showOldJavalinVersionWarning = false;
            config.startup.startupWatcherEnabled = false;
            // Packing costs more than loopback does.
            config.http.compressionStrategy = CompressionStrategy.NONE;
            config.routes.post("/", context -> {
                HandlerResponse<byte[]> response = handler.apply(context.bodyAsBytes());
                context.status(response.getStatusCode()).result(response.getResponse());
            });
        });
        javalin.start("127.0.0.1", 0);
    }

    /** What Avatica's driver connects to. */
    String jdbcUrl() {
        return "jdbc:avatica:remote:url=http://127.0.0.1:%d/;serialization=protobuf".formatted(javalin.port());
    }

    @Override
    public void close() {
        javalin.stop();
    }

    private static final class StoreMeta extends JdbcMeta {
        private final Store store;

        StoreMeta(Store store) throws SQLException {
            super("jdbc:duckdb:");
            this.store = store;
        }

        @Override
        protected Connection createConnection(String url, Properties info) {
            return store.reader();
        }
    }
}
