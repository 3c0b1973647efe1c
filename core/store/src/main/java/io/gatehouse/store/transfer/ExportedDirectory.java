package io.gatehouse.store.transfer;

import static io.gatehouse.error.ErrorCode.CORRUPT_DATABASE;
import static io.gatehouse.error.ErrorCode.INVALID_ARGUMENT;

import io.gatehouse.duckdb.DuckDb;
import io.gatehouse.duckdb.ForeignParquet;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.database.DatabaseFailure;
import io.gatehouse.store.database.Doors;
import io.gatehouse.store.database.OpenDatabase;
import io.gatehouse.store.schema.DatabaseSchema;
import io.gatehouse.store.schema.SqlText;
import io.gatehouse.store.schema.StoredTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import org.duckdb.DuckDBConnection;

/**
 * Opens a directory of Parquet files as a database that can only be read: small tables are read into memory, for the
 * large ones there is a view over their files. The relations have the names, columns and comments of a database file,
 * so that nobody above needs to know. What the ledger did not hold when the directory was opened stays unseen.
 */
public final class ExportedDirectory {
    private ExportedDirectory() {}

    /**
     * Opens it.
     *
     * @param atOpening what {@link Doors} has to say of it
     * @throws GatehouseException INVALID_ARGUMENT if it is no export or was written with another schema,
     *     CORRUPT_DATABASE if one of its small files cannot be read
     */
    public static OpenDatabase open(Path directory, Properties atOpening) {
        Path root = directory.toAbsolutePath().normalize();
        requirePlainName(root);
        if (!Files.isDirectory(root.resolve(StoredTable.VERSION))) {
            throw new GatehouseException(
                    INVALID_ARGUMENT,
                    "%s is a directory, but no export of Gatehouse, or one that was cut short: it has no folder %s, which is written last."
                            .formatted(directory, StoredTable.VERSION));
        }
        try {
            DuckDBConnection connection = DuckDb.inMemory(spillingElsewhere(atOpening));
            try {
                attach(directory, root, connection);
                return OpenDatabase.of(connection, true, root, List.of(root));
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw DatabaseFailure.using(directory, e);
        }
    }

    /** DuckDB finds files by patterns, in which it lets nothing be escaped. */
    static void requirePlainName(Path directory) {
        String name = directory.toAbsolutePath().toString();
        if (name.matches(".*([*?\\[\\]{}]|run_id=|shard=).*")) {
            throw new GatehouseException(
                    INVALID_ARGUMENT,
                    "%s cannot hold an export: a character of its name (*, ?, [, ], {, }) or \"run_id=\" or \"shard=\" means something else in it."
                            .formatted(name));
        }
    }

    private static Properties spillingElsewhere(Properties atOpening) {
        Properties properties = new Properties();
        properties.putAll(atOpening);
        // Made when a query spills and deleted with the instance; beside the export, it might be on a disk for reading.
        properties.setProperty(
                "temp_directory",
                Path.of(System.getProperty("java.io.tmpdir"), "gatehouse-" + UUID.randomUUID())
                        .toString());
        return properties;
    }

    private static void attach(Path directory, Path root, DuckDBConnection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(DatabaseSchema.definition());
            List<StoredTable> tables = new ArrayList<>(StoredTable.of(connection));
            requireSameSchema(directory, root, statement);
            // The runs first, and then the ledger: the others ask them.
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
        int version;
        String files = "%s/%s/*.parquet".formatted(SqlText.quoted(root), StoredTable.VERSION);
        try {
            ForeignParquet.requireReadable(statement.getConnection(), files, CORRUPT_DATABASE);
            try (ResultSet row =
                    statement.executeQuery("SELECT max(version) FROM read_parquet('%s')".formatted(files))) {
                row.next();
                version = row.getInt(1);
            }
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
        try (ResultSet row =
                statement.executeQuery("SELECT EXISTS (SELECT 1 FROM glob('%s'))".formatted(table.pattern(root)))) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static void attach(StoredTable table, Path root, Statement statement) throws SQLException {
        if (!table.isLarge()) {
            statement.execute("INSERT INTO %s BY NAME %s".formatted(table.name(), table.query(root)));
            return;
        }
        Collection<String> comments = comments(table.name(), statement);
        statement.execute("DROP TABLE " + table.name());
        statement.execute("CREATE VIEW %s AS %s".formatted(table.name(), table.query(root)));
        for (String comment : comments) {
            statement.execute(comment);
        }
    }

    /** Statements that say of a view of the name what is said of the table. */
    private static List<String> comments(String table, Statement statement) throws SQLException {
        List<String> comments = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery("""
                SELECT 'COMMENT ON VIEW ' || table_name || ' IS ''' || replace(comment, '''', '''''') || ''''
                FROM duckdb_tables() WHERE table_name = '%1$s'
                UNION ALL
                SELECT 'COMMENT ON COLUMN ' || table_name || '."' || column_name || '" IS '''
                    || replace(comment, '''', '''''') || ''''
                FROM duckdb_columns() WHERE table_name = '%1$s'""".formatted(table))) {
            while (rows.next()) {
                comments.add(rows.getString(1));
            }
        }
        return comments;
    }
}
