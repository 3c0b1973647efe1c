package io.gatehouse.handover;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The tables of a DuckDB file, as any program sees them. */
final class PlainTables {
    private PlainTables() {}

    /** Name and number of rows of each table. */
    static List<String> counts(Path file) throws SQLException {
        List<String> counts = new ArrayList<>();
        for (String name : ask(file, "SELECT table_name FROM duckdb_tables() WHERE NOT internal")) {
            counts.add(name + " "
                    + ask(file, "SELECT count(*) FROM \"%s\"".formatted(name)).get(0));
        }
        return counts;
    }

    /** Table, name, type and comment of each column. */
    static List<String> columns(Path file) throws SQLException {
        return ask(
                file,
                "SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || comment FROM duckdb_columns() WHERE NOT internal");
    }

    private static List<String> ask(Path file, String sql) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                found.add(rows.getString(1));
            }
        }
        return found;
    }
}
