package io.gatehouse.store.database;

import static io.gatehouse.error.ErrorCode.CORRUPT_DATABASE;
import static io.gatehouse.error.ErrorCode.FILE_NOT_FOUND;
import static io.gatehouse.error.ErrorCode.INVALID_ARGUMENT;

import io.gatehouse.duckdb.DuckDb;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.schema.DatabaseSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.duckdb.DuckDBConnection;

/** Opens a DuckDB file, checks or makes its schema, and shuts its doors. */
public final class DatabaseFile {
    /** Bytes before the first block of a DuckDB file. */
    private static final long FILE_HEADERS = 3 * 4096;

    private DatabaseFile() {}

    /** Opens the file, or makes it with an empty schema where there is none. */
    public static OpenDatabase create(Path file) {
        try {
            // What mktemp leaves behind is a new file, although DuckDB would take it for a broken one.
            if (Files.isRegularFile(file) && Files.size(file) == 0) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
        return open(file, true, List.of(), Doors.atOpening());
    }

    /** Opens a file that exists. */
    public static OpenDatabase open(Path file) {
        return open(file, List.of());
    }

    /** Opens a file that exists, with a door left open to each of the directories. */
    public static OpenDatabase open(Path file, List<Path> directories) {
        return open(file, directories, Doors.atOpening());
    }

    /** Opens a file that exists, with what has to be said of that. */
    public static OpenDatabase open(Path file, List<Path> directories, Properties properties) {
        if (!Files.exists(file)) {
            throw new GatehouseException(FILE_NOT_FOUND, "There is no database file %s.".formatted(file));
        }
        return open(file, false, directories, properties);
    }

    private static OpenDatabase open(Path file, boolean mayCreate, List<Path> directories, Properties properties) {
        if (file.toString().contains(";")) {
            throw new GatehouseException(
                    INVALID_ARGUMENT, "%s has a semicolon in its name, which DuckDB cannot open.".formatted(file));
        }
        // A killed writer's file ends early, and its log has the rest: what it replays has yet to reach the file.
        boolean checkpointed = Files.exists(file) && !Files.exists(file.resolveSibling(file.getFileName() + ".wal"));
        try {
            DuckDBConnection connection = DuckDb.file(file, properties);
            try {
                if (checkpointed) {
                    requireWhole(file, connection);
                }
                prepareSchema(file, connection, mayCreate);
                Macros.bringUpToDate(connection);
                Compaction.deleteLeftovers(file);
                return OpenDatabase.of(connection, false, file, directories);
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw DatabaseFailure.opening(file, e);
        }
    }

    private static void prepareSchema(Path file, DuckDBConnection connection, boolean mayCreate) throws SQLException {
        if (mayCreate && count(connection, "SELECT count(*) FROM duckdb_tables()") == 0) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("BEGIN TRANSACTION;\n" + DatabaseSchema.definition() + "COMMIT;");
            }
            return;
        }
        if (count(connection, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'schema_version'") == 0) {
            throw new GatehouseException(
                    CORRUPT_DATABASE, "%s is a DuckDB file, but none that Gatehouse made.".formatted(file));
        }
        long version = count(connection, "SELECT max(version) FROM schema_version");
        if (version != DatabaseSchema.VERSION) {
            throw new GatehouseException(
                    INVALID_ARGUMENT,
                    "%s has schema version %d, and this Gatehouse reads version %d."
                            .formatted(file, version, DatabaseSchema.VERSION));
        }
    }

    /** DuckDB reads blocks when it needs them, and would say only then that the end of the file is missing. */
    private static void requireWhole(Path file, DuckDBConnection connection) throws SQLException {
        long blocks = count(connection, "SELECT total_blocks FROM pragma_database_size()");
        long blockSize = count(connection, "SELECT block_size FROM pragma_database_size()");
        long there;
        try {
            there = Files.size(file);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
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

    private static long count(DuckDBConnection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }
}
