package io.gatehouse.duckdb;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;

/** A process that uses DuckDB, says so, and waits to be killed. */
final class OpenAndWait {
    private OpenAndWait() {}

    public static void main(String[] arguments) throws SQLException, IOException {
        try (Connection database = DuckDb.inMemory(new Properties())) {
            System.out.println(database.getMetaData().getDatabaseProductName());
            System.out.flush();
            System.in.read();
        }
    }
}
