package io.gatehouse.store.database;

import static io.gatehouse.error.ErrorCode.CORRUPT_DATABASE;
import static io.gatehouse.error.ErrorCode.FILE_NOT_FOUND;
import static io.gatehouse.error.ErrorCode.INVALID_ARGUMENT;

import io.gatehouse.duckdb.DuckDb;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.schema.Column;
import io.gatehouse.store.schema.DatabaseSchema;
import io.gatehouse.store.schema.SqlText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.duckdb.DuckDBConnection;

/** Opens a DuckDB file, checks or makes its schema, and locks it down. */
public final class DatabaseFile {
    /** Bytes before the first block of a DuckDB file. */
    private static final long FILE_HEADERS = 3 * 4096;

    /** How long a file is waited for that this process has open. */
    private static final Duration ENDING = Duration.ofSeconds(3);

    private DatabaseFile() {}

    /** Opens the file, or makes it with an empty schema where there is none. */
    public static OpenDatabase create(Path file) {
        try {
            // An empty file, such as mktemp makes, counts as new; DuckDB would take it for a damaged one.
            if (Files.isRegularFile(file) && Files.size(file) == 0) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
        return open(file, true, List.of(), Lockdown.settings());
    }

    /** Opens a file that exists. */
    public static OpenDatabase open(Path file) {
        return open(file, List.of());
    }

    /** Opens a file that exists, and lets the database read and write each of the directories. */
    public static OpenDatabase open(Path file, List<Path> directories) {
        return open(file, directories, Lockdown.settings());
    }

    /** Opens a file that exists, with {@link Lockdown#settings settings}. */
    public static OpenDatabase open(Path file, List<Path> directories, Properties settings) {
        if (!Files.exists(file)) {
            boolean address = file.toString().matches("(?i)https?:/.*");
            throw new GatehouseException(
                    FILE_NOT_FOUND,
                    address
                            ? "%s is not a file; give the path of the database file.".formatted(file)
                            : "There is no database file %s.".formatted(file));
        }
        return open(file, false, directories, settings);
    }

    private static OpenDatabase open(Path file, boolean mayCreate, List<Path> directories, Properties settings) {
        if (file.toString().contains(";")) {
            throw new GatehouseException(
                    INVALID_ARGUMENT, "%s has a semicolon in its name, which DuckDB cannot open.".formatted(file));
        }
        // The file of a killed writer may end early, because its log has the rest.
        boolean checkpointed = Files.exists(file) && !Files.exists(file.resolveSibling(file.getFileName() + ".wal"));
        try {
            DuckDBConnection connection = connected(file, settings);
            try {
                if (checkpointed) {
                    requireWhole(file, connection);
                }
                prepareSchema(file, connection, mayCreate);
                Macros.bringUpToDate(connection);
                Compaction.deleteLeftovers(file);
                return OpenDatabase.of(file, connection, false, file, directories, Lockdown.memory(settings));
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw DatabaseFailure.opening(file, e);
        }
    }

    /** Waits a moment for a store of this process that is closed but has a query that is still ending. */
    private static DuckDBConnection connected(Path file, Properties settings) throws SQLException {
        long end = System.nanoTime() + ENDING.toNanos();
        while (true) {
            try {
                return DuckDb.file(file, settings);
            } catch (SQLException e) {
                if (!DatabaseFailure.isOpenHere(e) || System.nanoTime() >= end) {
                    throw e;
                }
                try {
                    Thread.sleep(20);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    throw e;
                }
            }
        }
    }

    /** Opens a database in memory with the schema of a file and no rows, to plan queries for rows that are elsewhere. */
    public static OpenDatabase empty() {
        Path nowhere = Path.of("a database in memory");
        try {
            Properties settings = Lockdown.settings();
            DuckDBConnection connection = DuckDb.inMemory(settings);
            try (Statement statement = connection.createStatement()) {
                statement.execute(DatabaseSchema.definition());
                Path disk = Path.of(System.getProperty("java.io.tmpdir"));
                return OpenDatabase.of(nowhere, connection, true, disk, List.of(), Lockdown.memory(settings));
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw DatabaseFailure.using(nowhere, e);
        }
    }

    private static void prepareSchema(Path file, DuckDBConnection connection, boolean mayCreate) throws SQLException {
        if (mayCreate && SmallQuery.number(connection, "SELECT count(*) FROM duckdb_tables()") == 0) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("BEGIN TRANSACTION;\n" + DatabaseSchema.definition() + "COMMIT;");
            }
            return;
        }
        if (SmallQuery.number(connection, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'schema_version'")
                == 0) {
            throw new GatehouseException(
                    CORRUPT_DATABASE, "%s is a DuckDB file, but none that Gatehouse made.".formatted(file));
        }
        long version = SmallQuery.number(connection, "SELECT max(version) FROM schema_version");
        if (version != DatabaseSchema.VERSION) {
            throw new GatehouseException(
                    INVALID_ARGUMENT,
                    "%s has schema version %d, and this Gatehouse reads version %d."
                            .formatted(file, version, DatabaseSchema.VERSION));
        }
        requireDeclaredColumns(file, connection);
    }

    /** Checks that the tables and views of the file are those of this build: builds before a release share a version. */
    private static void requireDeclaredColumns(Path file, DuckDBConnection connection) throws SQLException {
        Map<String, List<String>> columns = new HashMap<>();
        SmallQuery.list(
                connection,
                """
                        SELECT table_name, column_name FROM duckdb_columns()
                        WHERE NOT internal AND schema_name = 'main' ORDER BY table_name, column_index""",
                row -> columns.computeIfAbsent(row.getString(1), table -> new ArrayList<>())
                        .add(row.getString(2)));
        for (DatabaseSchema.Relation relation : DatabaseSchema.relations()) {
            List<String> declared =
                    relation.columns().stream().map(Column::name).toList();
            List<String> stored = columns.getOrDefault(relation.name(), List.of());
            if (!stored.equals(declared)) {
                throw new GatehouseException(
                        INVALID_ARGUMENT,
                        "%s was made by another build of Gatehouse, which this one cannot read: %s."
                                .formatted(file, difference(relation.name(), declared, stored)));
            }
        }
    }

    private static String difference(String relation, List<String> declared, List<String> stored) {
        if (stored.isEmpty()) {
            return "it has no %s".formatted(relation);
        }
        List<String> missing =
                declared.stream().filter(name -> !stored.contains(name)).toList();
        List<String> unknown =
                stored.stream().filter(name -> !declared.contains(name)).toList();
        if (missing.isEmpty() && unknown.isEmpty()) {
            return "the columns of %s are in another order".formatted(relation);
        }
        return Stream.of(
                        missing.isEmpty() ? "" : "%s has no column %s".formatted(relation, String.join(", ", missing)),
                        unknown.isEmpty() ? "" : "%s has a column %s".formatted(relation, String.join(", ", unknown)))
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(", and "));
    }

    /** Checks that the file is complete: DuckDB reads blocks only when it needs them, and would fail only then. */
    private static void requireWhole(Path file, DuckDBConnection connection) throws SQLException {
        long blocks = SmallQuery.number(connection, "SELECT total_blocks FROM pragma_database_size()");
        long blockSize = SmallQuery.number(connection, "SELECT block_size FROM pragma_database_size()");
        long there;
        try {
            there = Files.size(file);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
        // DuckDB counts free blocks behind the end that it never wrote.
        if (there < FILE_HEADERS + blocks * blockSize) {
            long needed = FILE_HEADERS + (lastBlock(connection) + 1) * blockSize;
            if (there < needed) {
                throw new GatehouseException(
                        CORRUPT_DATABASE, "%s is damaged: it has %d of %d bytes.".formatted(file, there, needed));
            }
        }
    }

    /** Returns the number of the last block that is used. */
    private static long lastBlock(DuckDBConnection connection) throws SQLException {
        long last = SmallQuery.number(connection, "SELECT max(block_id) FROM pragma_metadata_info()");
        for (String table :
                SmallQuery.list(connection, "SELECT table_name FROM duckdb_tables()", row -> row.getString(1))) {
            last = Math.max(last, SmallQuery.number(connection, """
                    SELECT coalesce(max(greatest(block_id, coalesce(list_max(additional_block_ids), -1))), -1)
                    FROM pragma_storage_info('%s')""".formatted(SqlText.quoted(table))));
        }
        return last;
    }
}
