package io.gatehouse.store;

import java.sql.SQLException;
import java.sql.Statement;
import org.duckdb.DuckDBConnection;

/**
 * A database that is open, with its doors shut.
 *
 * @param writing what writers duplicate
 * @param reading what readers duplicate: their progress is measured, which costs a writer a tenth of its time
 * @param readOnly whether nothing that is written would last
 */
record OpenDatabase(DuckDBConnection writing, DuckDBConnection reading, boolean readOnly) implements AutoCloseable {
    /** Makes the connection to read through; before the doors are shut. */
    static OpenDatabase of(DuckDBConnection connection, boolean readOnly) throws SQLException {
        DuckDBConnection reading = connection.duplicate();
        try (Statement statement = reading.createStatement()) {
            // Local to a connection; its duplicates inherit both.
            statement.execute("SET enable_progress_bar = true");
            statement.execute("SET enable_progress_bar_print = false");
        }
        return new OpenDatabase(connection, reading, readOnly);
    }

    @Override
    public void close() throws SQLException {
        try (writing) {
            reading.close();
        }
    }
}
