package io.gatehouse.store.database;

import io.gatehouse.duckdb.DuckDb;
import io.gatehouse.store.schema.DatabaseSchema;
import io.gatehouse.store.schema.StoredTable;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.duckdb.DuckDBConnection;

/**
 * A database in memory with the schema of a file and no rows: what there is to ask, for who has the rows elsewhere. Its
 * doors are shut like those of a file. Safe for use by several threads.
 */
public final class EmptyDatabase implements AutoCloseable {
    private static final Path NOWHERE = Path.of("a database in memory");

    private final OpenDatabase database;
    private final List<StoredTable> tables;

    private EmptyDatabase(OpenDatabase database, List<StoredTable> tables) {
        this.database = database;
        this.tables = List.copyOf(tables);
    }

    public static EmptyDatabase open() {
        try {
            DuckDBConnection connection = DuckDb.inMemory(Doors.atOpening());
            try (Statement statement = connection.createStatement()) {
                statement.execute(DatabaseSchema.definition());
                List<StoredTable> tables = StoredTable.of(connection);
                Path disk = Path.of(System.getProperty("java.io.tmpdir"));
                return new EmptyDatabase(OpenDatabase.of(connection, true, disk, List.of()), tables);
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw DatabaseFailure.using(NOWHERE, e);
        }
    }

    /** The tables that an exported directory has, in order of their names. */
    public List<StoredTable> tables() {
        return tables;
    }

    /** A connection of its own, which the caller closes. */
    public Connection reader() {
        try {
            return database.reading().duplicate();
        } catch (SQLException e) {
            throw DatabaseFailure.using(NOWHERE, e);
        }
    }

    @Override
    public void close() {
        try {
            database.close();
        } catch (SQLException e) {
            throw DatabaseFailure.using(NOWHERE, e);
        }
    }
}
