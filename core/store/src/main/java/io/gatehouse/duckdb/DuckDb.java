package io.gatehouse.duckdb;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.duckdb.DuckDBConnection;

/** Opens instances of DuckDB. */
public final class DuckDb {
    private static final String URL = "jdbc:duckdb:";

    private DuckDb() {}

    /** Opens an empty database in memory. */
    public static DuckDBConnection inMemory(Properties settings) throws SQLException {
        return open(URL, settings);
    }

    /** Opens a database file, and creates it if it is missing. */
    public static DuckDBConnection file(Path file, Properties settings) throws SQLException {
        return open(URL + file.toAbsolutePath(), settings);
    }

    private static DuckDBConnection open(String url, Properties settings) throws SQLException {
        NativeLibrary.prepare();
        return DriverManager.getConnection(url, settings).unwrap(DuckDBConnection.class);
    }
}
