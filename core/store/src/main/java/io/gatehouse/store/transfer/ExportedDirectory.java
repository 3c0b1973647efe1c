package io.gatehouse.store.transfer;

import static io.gatehouse.error.ErrorCode.CORRUPT_DATABASE;
import static io.gatehouse.error.ErrorCode.INVALID_ARGUMENT;

import io.gatehouse.duckdb.DuckDb;
import io.gatehouse.duckdb.ForeignParquet;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.database.DatabaseFailure;
import io.gatehouse.store.database.Lockdown;
import io.gatehouse.store.database.OpenDatabase;
import io.gatehouse.store.database.SmallQuery;
import io.gatehouse.store.schema.DatabaseSchema;
import io.gatehouse.store.schema.SqlText;
import io.gatehouse.store.schema.StoredTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import org.duckdb.DuckDBConnection;

/**
 * Opens a directory of Parquet files as a read-only database: small tables are read into memory, large ones become views
 * over their files. The relations have the names, columns and comments of a database file, so other classes see no
 * difference. Shards that the ledger did not list when the directory was opened are ignored.
 */
public final class ExportedDirectory {
    private ExportedDirectory() {}

    /**
     * Opens a directory.
     *
     * @param settings those of {@link Lockdown#settings}
     * @throws GatehouseException INVALID_ARGUMENT if it is no export or was written with another schema,
     *     CORRUPT_DATABASE if one of its small files cannot be read
     */
    public static OpenDatabase open(Path directory, Properties settings) {
        Path root = directory.toAbsolutePath().normalize();
        requirePlainName(root);
        if (!Files.isDirectory(root.resolve(StoredTable.VERSION))) {
            throw new GatehouseException(
                    INVALID_ARGUMENT,
                    "%s is a directory, but no export of Gatehouse, or one that was cut short: it has no folder %s, which is written last."
                            .formatted(directory, StoredTable.VERSION));
        }
        try {
            DuckDBConnection connection = DuckDb.inMemory(spillingElsewhere(settings));
            try {
                attach(directory, root, connection);
                return OpenDatabase.of(directory, connection, true, root, List.of(root), Lockdown.memory(settings));
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw DatabaseFailure.using(directory, e);
        }
    }

    /** DuckDB finds files by patterns, in which nothing can be escaped. */
    static void requirePlainName(Path directory) {
        String name = directory.toAbsolutePath().toString();
        if (name.matches(".*([*?\\[\\]{}]|run_id=|shard=).*")) {
            throw new GatehouseException(
                    INVALID_ARGUMENT,
                    "%s cannot hold an export: a character of its name (*, ?, [, ], {, }) or \"run_id=\" or \"shard=\" means something else in it."
                            .formatted(name));
        }
    }

    private static Properties spillingElsewhere(Properties settings) {
        Properties properties = new Properties();
        properties.putAll(settings);
        // Created when a query spills and deleted with the instance. The disk of the export may be read-only.
        properties.setProperty(
                "temp_directory",
                Path.of(System.getProperty("java.io.tmpdir"), "gatehouse-" + UUID.randomUUID())
                        .toString());
        return properties;
    }

    private static void attach(Path directory, Path root, DuckDBConnection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(DatabaseSchema.definition());
            List<StoredTable> tables = new ArrayList<>(StoredTable.exported());
            requireSameSchema(directory, root, statement);
            // The runs first, and then the ledger: the other tables are filtered by them.
            tables.sort(Comparator.comparing(StoredTable::isRuns)
                    .thenComparing(StoredTable::isLedger)
                    .reversed());
            for (StoredTable table : tables) {
                if (!table.name().equals(StoredTable.VERSION) && hasFiles(table, root, statement)) {
                    ForeignParquet.requireReadable(statement.getConnection(), table.pattern(root), CORRUPT_DATABASE);
                    attach(table, root, statement);
                }
            }
        }
    }

    static void requireSameSchema(Path directory, Path root, Statement statement) throws SQLException {
        long version;
        String files = "%s/%s/*.parquet".formatted(SqlText.quoted(root), StoredTable.VERSION);
        try {
            ForeignParquet.requireReadable(statement.getConnection(), files, CORRUPT_DATABASE);
            version = SmallQuery.number(
                    statement.getConnection(), "SELECT max(version) FROM read_parquet('%s')".formatted(files));
        } catch (SQLException e) {
            throw new GatehouseException(
                    CORRUPT_DATABASE,
                    "%s is damaged: its schema version cannot be read. %s".formatted(directory, e.getMessage()),
                    e);
        }
        if (version != DatabaseSchema.VERSION) {
            throw new GatehouseException(
                    INVALID_ARGUMENT,
                    "%s was exported with schema version %d, and this Gatehouse reads version %d: export it anew from its database file."
                            .formatted(directory, version, DatabaseSchema.VERSION));
        }
    }

    static boolean hasFiles(StoredTable table, Path root, Statement statement) throws SQLException {
        return SmallQuery.number(
                        statement.getConnection(), "SELECT count(*) FROM glob('%s')".formatted(table.pattern(root)))
                > 0;
    }

    private static void attach(StoredTable table, Path root, Statement statement) throws SQLException {
        if (!table.isLarge()) {
            statement.execute("INSERT INTO %s BY NAME %s".formatted(table.name(), table.query(root)));
            return;
        }
        statement.execute("DROP TABLE " + table.name());
        statement.execute("CREATE VIEW %s AS %s".formatted(table.name(), table.query(root)));
        for (String comment : DatabaseSchema.find(table.name()).orElseThrow().comments(true)) {
            statement.execute(comment);
        }
    }
}
