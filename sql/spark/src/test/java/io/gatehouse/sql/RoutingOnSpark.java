package io.gatehouse.sql;

import io.gatehouse.testing.ConnectServer;
import io.gatehouse.testing.store.RoutingFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests a {@link RoutingFile} that a Spark has as well: one for all of them, as Spark takes its time to start. */
final class RoutingOnSpark implements ParameterResolver {
    /** The file, its export, and the Spark that reads it. */
    static final class Served implements AutoCloseable {
        private final RoutingFile file;
        private final Path exported;
        private final ConnectServer server;

        private Served(Path directory) throws Exception {
            file = RoutingFile.filled();
            exported = directory.resolve("exported");
            ExportedRouting.write(file, directory.resolve("routing.duckdb"), exported);
            server = ConnectServer.start(directory);
        }

        RoutingFile file() {
            return file;
        }

        String directory() {
            return exported.toString();
        }

        String address() {
            return server.address();
        }

        @Override
        public void close() throws SQLException {
            server.close();
            file.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType().equals(Served.class);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
        return test.getRoot().getStore(Namespace.GLOBAL).getOrComputeIfAbsent(Served.class, key -> served());
    }

    private static Served served() {
        try {
            return new Served(Files.createTempDirectory(Path.of("target").toAbsolutePath(), "spark-"));
        } catch (Exception e) {
            throw new IllegalStateException("There is no Spark to ask", e);
        }
    }
}
