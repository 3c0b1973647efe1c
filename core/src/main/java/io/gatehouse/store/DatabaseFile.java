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
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.duckdb.DuckDBConnection;

/**
 * Opens a DuckDB file and closes its doors behind it. The order matters: DuckDB takes some settings only when it opens
 * the file, the schema needs none of the doors, and after {@code lock_configuration} nobody can open one again. Arrow
 * streams and spilling to the directory {@code FILE.tmp} go on working behind them.
 *
 * @param writing what writers duplicate
 * @param reading what readers duplicate: their progress is measured, which costs a writer a tenth of its time
 */
record DatabaseFile(DuckDBConnection writing, DuckDBConnection reading) {
    /** Bytes before the first block of a DuckDB file. */
    private static final long FILE_HEADERS = 3 * 4096;

    /** Opens the file, or makes it with an empty schema where there is none. */
    static DatabaseFile create(Path file) {
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
    static DatabaseFile open(Path file) {
        if (!Files.exists(file)) {
            throw new GatehouseException(FILE_NOT_FOUND, "There is no database file %s.".formatted(file));
        }
        return open(file, false);
    }

    private static DatabaseFile open(Path file, boolean mayCreate) {
        if (Files.isDirectory(file)) {
            throw new GatehouseException(INVALID_ARGUMENT, "%s is a directory, not a database file.".formatted(file));
        }
        if (file.toString().contains(";")) {
            throw new GatehouseException(
                    INVALID_ARGUMENT, "%s has a semicolon in its name, which DuckDB cannot open.".formatted(file));
        }
        // A killed writer's file ends early, and its log has the rest: what it replays has yet to reach the file.
        boolean checkpointed = Files.exists(file) && !Files.exists(file.resolveSibling(file.getFileName() + ".wal"));
        try {
            DuckDBConnection connection = (DuckDBConnection)
                    DriverManager.getConnection("jdbc:duckdb:" + file.toAbsolutePath(), properties());
            try {
                if (checkpointed) {
                    requireWhole(file, connection);
                }
                prepareSchema(file, connection, mayCreate);
                DuckDBConnection reading = connection.duplicate();
                closeDoors(file, connection, reading);
                return new DatabaseFile(connection, reading);
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw DatabaseFailure.opening(file, e);
        }
    }

    void close() throws SQLException {
        try (writing) {
            reading.close();
        }
    }

    private static Properties properties() {
        Properties properties = new Properties();
        // Without this, a second open in this process would silently share the first one's instance.
        properties.setProperty("jdbc_instance_cache", "false");
        // A column of a row group ends with a block of its own: with the default of 256 KiB a tenth of the file is
        // empty.
        properties.setProperty("default_block_size", "65536");
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
        if (version < 1 || version > Store.SCHEMA_VERSION) {
            throw new GatehouseException(
                    INVALID_ARGUMENT,
                    "%s has schema version %d, and this Gatehouse reads versions 1 to %d."
                            .formatted(file, version, Store.SCHEMA_VERSION));
        }
        migrate(connection, version);
    }

    /** DuckDB reads blocks when it needs them, and would say only then that the end of the file is missing. */
    private static void requireWhole(Path file, DuckDBConnection connection) throws SQLException {
        long blocks = count(connection, "SELECT total_blocks FROM pragma_database_size()");
        long blockSize = count(connection, "SELECT block_size FROM pragma_database_size()");
        long there;
        try {
            there = Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // Blocks that are free may lie behind the end: DuckDB counts them and never wrote them.
        if (there < FILE_HEADERS + blocks * blockSize) {
            long needed = FILE_HEADERS + (lastBlock(connection) + 1) * blockSize;
            if (there < needed) {
                throw new GatehouseException(
                        CORRUPT_DATABASE, "%s is damaged: it has %d of %d bytes.".formatted(file, there, needed));
            }
        }
    }

    /** Number of the last block that holds anything. */
    private static long lastBlock(DuckDBConnection connection) throws SQLException {
        long last = count(connection, "SELECT max(block_id) FROM pragma_metadata_info()");
        List<String> tables = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT table_name FROM duckdb_tables()")) {
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
        }
        for (String table : tables) {
            last = Math.max(last, count(connection, """
                    SELECT coalesce(max(greatest(block_id, coalesce(list_max(additional_block_ids), -1))), -1)
                    FROM pragma_storage_info('%s')""".formatted(table.replace("'", "''"))));
        }
        return last;
    }

    /** Brings an older schema up to date, a version per transaction. */
    private static void migrate(DuckDBConnection connection, long from) throws SQLException {
        for (long version = from + 1; version <= Store.SCHEMA_VERSION; version++) {
            try (Transaction transaction = Transaction.begin(connection);
                    Statement statement = connection.createStatement()) {
                statement.execute(SqlFile.read("migration_%d.sql".formatted(version)));
                transaction.commit();
            }
        }
    }

    private static void closeDoors(Path file, DuckDBConnection connection, DuckDBConnection reading)
            throws SQLException {
        try (Statement statement = reading.createStatement()) {
            // Local to a connection; its duplicates inherit both.
            statement.execute("SET enable_progress_bar = true");
            statement.execute("SET enable_progress_bar_print = false");
        }
        try (Statement statement = connection.createStatement()) {
            // DuckDB shows this limit when it is given at open, but keeps it only when it is set afterwards.
            statement.execute("SET max_temp_directory_size = '%s'".formatted(megabytes(freeDisk(file) / 2)));
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
