package io.gatehouse.duckdb;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.duckdb.DuckDBConnection;

/** Opens instances of DuckDB. */
public final class DuckDb {
    private static final String URL = "jdbc:duckdb:";

    /** The oldest DuckDB that can open new files: 1.4 is its long-term support version, and products bundle it and 1.5. */
    private static final String STORAGE_VERSION = "v1.4.0";

    private DuckDb() {}

    /** Opens an empty database in memory. */
    public static DuckDBConnection inMemory(Properties settings) throws SQLException {
        return open(URL, settings);
    }

    /** Opens a database file, and creates it, for DuckDB 1.4 and later to read, if it is missing. */
    public static DuckDBConnection file(Path file, Properties settings) throws SQLException {
        Properties withVersion = new Properties();
        withVersion.putAll(settings);
        withVersion.setProperty("storage_compatibility_version", STORAGE_VERSION);
        return open(URL + file.toAbsolutePath(), withVersion);
    }

    private static DuckDBConnection open(String url, Properties settings) throws SQLException {
        NativeLibrary.prepare();
        return DriverManager.getConnection(url, settings).unwrap(DuckDBConnection.class);
    }
}
