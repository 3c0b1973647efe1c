package io.gatehouse.store;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
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
import java.util.Properties;

/**
 * Gives back the space of deleted runs. DuckDB keeps it for itself, so the file is written anew beside itself and takes
 * its own place when it is whole.
 */
final class Compaction {
    private final Path file;
    private final Runnable copied;

    Compaction(Path file) {
        this(file, () -> {});
    }

    /** @param copied told when the new file is whole, before it takes the place of the old one */
    Compaction(Path file, Runnable copied) {
        this.file = file;
        this.copied = copied;
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
            replaceBy(fresh);
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        } finally {
            delete(fresh);
        }
    }

    /** The old file stays locked until the new one has its place: nobody writes what would be lost. */
    private void replaceBy(Path fresh) throws SQLException, IOException {
        Properties properties = new Properties();
        // Without this, another store of this process could open the file meanwhile.
        properties.setProperty("jdbc_instance_cache", "false");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:", properties);
                Statement statement = connection.createStatement()) {
            lock(statement);
            statement.execute("ATTACH '%s' AS fresh".formatted(SqlFile.quoted(fresh)));
            statement.execute("BEGIN TRANSACTION");
            for (String table : tables(statement)) {
                statement.execute("DELETE FROM fresh.%s".formatted(table));
                statement.execute("INSERT INTO fresh.%1$s BY NAME SELECT * FROM old.%1$s".formatted(table));
            }
            statement.execute("COMMIT");
            statement.execute("CHECKPOINT fresh");
            statement.execute("DETACH fresh");
            copied.run();
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** Somebody may have opened the file since it was looked at, and may have left a log, which names the old blocks. */
    private void lock(Statement statement) throws SQLException {
        try {
            statement.execute("ATTACH '%s' AS old (READ_ONLY)".formatted(SqlFile.quoted(file)));
        } catch (SQLException e) {
            throw DatabaseFailure.opening(file, e);
        }
        if (Files.exists(file.resolveSibling(file.getFileName() + ".wal"))) {
            throw new GatehouseException(
                    ErrorCode.DATABASE_IN_USE,
                    "%s was written to while it was being compacted: compact it again.".formatted(file));
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
            throw FileFailure.writing(fresh, e);
        }
    }
}
