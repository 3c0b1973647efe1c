package io.gatehouse.store.database;

import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.duckdb.DuckDBConnection;

/**
 * A database that is open, with its doors shut.
 *
 * @param writing what writers duplicate
 * @param reading what readers duplicate: their progress is measured, which costs a writer a tenth of its time
 * @param readOnly whether nothing that is written would last
 */
public record OpenDatabase(DuckDBConnection writing, DuckDBConnection reading, boolean readOnly) implements AutoCloseable {
    /**
     * Makes the connection to read through and shuts the doors. The connection stays the caller's if that fails.
     *
     * @param disk a path on the disk that queries spill to
     * @param directories what the database may go on reading and writing
     */
    public static OpenDatabase of(DuckDBConnection connection, boolean readOnly, Path disk, List<Path> directories)
            throws SQLException {
        DuckDBConnection reading = connection.duplicate();
        try (Statement statement = reading.createStatement()) {
            // Local to a connection; its duplicates inherit both.
            statement.execute("SET enable_progress_bar = true");
            statement.execute("SET enable_progress_bar_print = false");
            Doors.shut(disk, connection, directories);
            return new OpenDatabase(connection, reading, readOnly);
        } catch (SQLException | RuntimeException e) {
            reading.close();
            throw e;
        }
    }

    @Override
    public void close() throws SQLException {
        try (writing) {
            reading.close();
        }
    }
}
