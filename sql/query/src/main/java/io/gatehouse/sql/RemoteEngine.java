package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.database.DatabaseFile;
import io.gatehouse.store.database.OpenDatabase;
import io.gatehouse.store.schema.StoredTable;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceLoader;

/** A {@link QueryEngine} over a directory whose rows another engine has, such as {@code sc://host}: Spark. */
public final class RemoteEngine implements AutoCloseable {
    private final OpenDatabase names;
    private final QueryEngine engine;

    private RemoteEngine(OpenDatabase names, QueryEngine engine) {
        this.names = names;
        this.engine = engine;
    }

    /**
     * Connects.
     *
     * @param address such as {@code sc://host:15002}
     * @param directory by the name that the engine has for it
     * @throws GatehouseException INVALID_ARGUMENT if there is no such engine, or no export in the directory;
     *     CLUSTER_FAILED if it does not answer
     */
    public static RemoteEngine connect(String address, String directory) {
        URI uri = uri(requireNonNull(address, "address is null"));
        OpenDatabase names = DatabaseFile.empty();
        try {
            return new RemoteEngine(names, new QueryEngine(open(uri, named(directory)), names::reader));
        } catch (RuntimeException e) {
            names.close();
            throw e;
        }
    }

    /** A path of this machine is named in full; others, such as hdfs://host/path, are the engine's to understand. */
    private static String named(String directory) {
        if (directory.contains(":/")) {
            return directory;
        }
        Path path = Path.of(directory).toAbsolutePath().normalize();
        if (Files.isRegularFile(path)) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s is a file, but another engine reads directories: write one with gatehouse export"
                            .formatted(directory));
        }
        return path.toString();
    }

    private static ExecutionEngine open(URI address, String directory) {
        ClassLoader loader = RemoteEngine.class.getClassLoader();
        for (EngineSource source : ServiceLoader.load(EngineSource.class, loader)) {
            Optional<ExecutionEngine> engine = source.open(address, directory, StoredTable.exported());
            if (engine.isPresent()) {
                return engine.get();
            }
        }
        throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, unknown(address.toString()));
    }

    private static URI uri(String address) {
        try {
            return URI.create(address);
        } catch (IllegalArgumentException e) {
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, unknown(address), e);
        }
    }

    private static String unknown(String address) {
        return "%s is not an engine; write sc://HOST[:PORT] for Spark Connect".formatted(address);
    }

    /** Answers as long as this is open. */
    public QueryEngine engine() {
        return engine;
    }

    @Override
    public void close() {
        try (names) {
            engine.close();
        }
    }
}
