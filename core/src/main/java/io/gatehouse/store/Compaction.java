package io.gatehouse.store;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives back the space of deleted runs. DuckDB keeps it for itself, so the file is written anew beside itself and takes
 * its own place when it is whole.
 */
final class Compaction {
    private final Path file;

    Compaction(Path file) {
        this.file = file;
    }

    void run() {
        // Brings the schema up to date, and says it when somebody else has the file.
        Store.open(file).close();
        Path fresh = file.resolveSibling(file.getFileName() + ".compact");
        try {
            if (Files.getFileStore(file.toAbsolutePath()).getUsableSpace() < Files.size(file)) {
                throw new GatehouseException(
                        ErrorCode.INSUFFICIENT_DISK,
                        "Compacting %s needs as much free disk as the file has: %d MB."
                                .formatted(file, Files.size(file) >> 20));
            }
            Files.deleteIfExists(fresh);
            Store.create(fresh).close();
            copy(fresh);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        } finally {
            delete(fresh);
        }
    }

    private void copy(Path fresh) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("ATTACH '%s' AS old (READ_ONLY)".formatted(SqlFile.quoted(file)));
            statement.execute("ATTACH '%s' AS fresh".formatted(SqlFile.quoted(fresh)));
            statement.execute("BEGIN TRANSACTION");
            for (String table : tables(statement)) {
                statement.execute("DELETE FROM fresh.%s".formatted(table));
                statement.execute("INSERT INTO fresh.%1$s BY NAME SELECT * FROM old.%1$s".formatted(table));
            }
            statement.execute("COMMIT");
            statement.execute("CHECKPOINT fresh");
        }
    }

    private static List<String> tables(Statement statement) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(
                "SELECT table_name FROM duckdb_tables() WHERE database_name = 'old' ORDER BY table_name")) {
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
        }
        return tables;
    }

    private static void delete(Path fresh) {
        try {
            Files.deleteIfExists(fresh);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
