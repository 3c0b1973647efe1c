package io.gatehouse.store;

import static io.gatehouse.error.ErrorCode.CORRUPT_DATABASE;
import static io.gatehouse.error.ErrorCode.FILE_NOT_FOUND;
import static io.gatehouse.error.ErrorCode.INVALID_ARGUMENT;

import com.sun.management.OperatingSystemMXBean;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.duckdb.DuckDBConnection;

/**
 * Opens a DuckDB file and closes its doors behind it. The order matters: DuckDB takes some settings only when it opens
 * the file, the schema needs none of the doors, and after {@code lock_configuration} nobody can open one again. Arrow
 * streams and spilling to the directory {@code FILE.tmp} go on working behind them.
 */
final class DatabaseFile {
    private DatabaseFile() {}

    /** Opens the file, or makes it with an empty schema where there is none. */
    static DuckDBConnection create(Path file) {
        try {
            // What mktemp leaves behind is a new file, although DuckDB would take it for a broken one.
            if (Files.isRegularFile(file) && Files.size(file) == 0) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return open(file, true);
    }

    /** Opens a file that exists. */
    static DuckDBConnection open(Path file) {
        if (!Files.exists(file)) {
            throw new GatehouseException(FILE_NOT_FOUND, "There is no database file %s.".formatted(file));
        }
        return open(file, false);
    }

    private static DuckDBConnection open(Path file, boolean mayCreate) {
        if (Files.isDirectory(file)) {
            throw new GatehouseException(INVALID_ARGUMENT, "%s is a directory, not a database file.".formatted(file));
        }
        if (file.toString().contains(";")) {
            throw new GatehouseException(
                    INVALID_ARGUMENT, "%s has a semicolon in its name, which DuckDB cannot open.".formatted(file));
        }
        try {
            DuckDBConnection connection = (DuckDBConnection)
                    DriverManager.getConnection("jdbc:duckdb:" + file.toAbsolutePath(), properties());
            try {
                prepareSchema(file, connection, mayCreate);
                closeDoors(file, connection);
                return connection;
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw DatabaseFailure.opening(file, e);
        }
    }

    private static Properties properties() {
        Properties properties = new Properties();
        // Without this, a second open in this process would silently share the first one's instance.
        properties.setProperty("jdbc_instance_cache", "false");
        properties.setProperty("threads", String.valueOf(Runtime.getRuntime().availableProcessors()));
        properties.setProperty("memory_limit", megabytes(physicalMemory() / 4));
        properties.setProperty("autoload_known_extensions", "false");
        properties.setProperty("autoinstall_known_extensions", "false");
        properties.setProperty("allow_community_extensions", "false");
        properties.setProperty("allow_persistent_secrets", "false");
        properties.setProperty("max_expression_depth", "250");
        return properties;
    }

    private static void prepareSchema(Path file, DuckDBConnection connection, boolean mayCreate) throws SQLException {
        if (mayCreate && count(connection, "SELECT count(*) FROM duckdb_tables()") == 0) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("BEGIN TRANSACTION;\n" + SqlFile.read("schema.sql") + "COMMIT;");
            }
            return;
        }
        if (count(connection, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'schema_version'") == 0) {
            throw new GatehouseException(
                    CORRUPT_DATABASE, "%s is a DuckDB file, but none that Gatehouse made.".formatted(file));
        }
        long version = count(connection, "SELECT max(version) FROM schema_version");
        if (version != Store.SCHEMA_VERSION) {
            throw new GatehouseException(
                    INVALID_ARGUMENT,
                    "%s has schema version %d, and this Gatehouse reads version %d."
                            .formatted(file, version, Store.SCHEMA_VERSION));
        }
    }

    private static void closeDoors(Path file, DuckDBConnection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // DuckDB shows this limit when it is given at open, but keeps it only when it is set afterwards.
            statement.execute("SET max_temp_directory_size = '%s'".formatted(megabytes(freeDisk(file) / 2)));
            // Local to a connection; its duplicates inherit both.
            statement.execute("SET enable_progress_bar = true");
            statement.execute("SET enable_progress_bar_print = false");
            statement.execute("SET enable_external_access = false");
            statement.execute("SET lock_configuration = true");
        }
    }

    private static long count(DuckDBConnection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }

    private static long physicalMemory() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    }

    private static long freeDisk(Path file) {
        try {
            return Files.getFileStore(file).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String megabytes(long bytes) {
        return Math.max(1, bytes >> 20) + "MiB";
    }
}
