package io.gatehouse.store.database;

import io.gatehouse.base.DirectoryTree;
import io.gatehouse.duckdb.DuckDb;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.schema.SqlText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * Frees the space of deleted runs. DuckDB keeps that space in the file, so the file is copied beside itself, and the
 * complete copy replaces it. If the path is a link, the file behind the link is replaced.
 */
public final class Compaction {
    /** Suffix of the folder beside a file in which the copy is written; only its owner can read it. */
    private static final String FOLDER = ".compact";
    /** Suffix of the log that earlier versions left beside a file when they were killed. */
    private static final String EARLIER_LOG = ".compact.wal";

    private static final String TABLES =
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'old' ORDER BY table_name";
    /** Bytes for the log of the largest table, and for what a new file has beside its rows. */
    private static final long SPARE = 16L << 20;

    private final Path file;
    private final Runnable copied;

    public Compaction(Path file) {
        this(file, () -> {});
    }

    /**
     * Prepares a compaction.
     *
     * @param copied called when the copy is complete, before it replaces the file
     */
    public Compaction(Path file, Runnable copied) {
        this.file = file;
        this.copied = copied;
    }

    /** Deletes the files of a killed compaction beside a file that the caller has open for writing. */
    static void deleteLeftovers(Path file) {
        try {
            Path target = file.toRealPath();
            DirectoryTree.delete(beside(target, FOLDER));
            Files.deleteIfExists(beside(target, EARLIER_LOG));
        } catch (IOException e) {
            // They only take space on the disk; the database can be used without the permission to delete them.
        }
    }

    public void run() {
        try {
            // Checks the schema, and fails if another process has the file.
            DatabaseFile.open(file).close();
            Path target = file.toRealPath();
            Path folder = beside(target, FOLDER);
            try {
                replace(target, folder);
            } finally {
                DirectoryTree.delete(folder);
            }
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    /** The file stays locked until the copy has replaced it, so that no write is lost. */
    private void replace(Path target, Path folder) throws SQLException, IOException {
        Properties properties = new Properties();
        // Without this, another store of this process could open the file meanwhile.
        properties.setProperty("jdbc_instance_cache", "false");
        try (Connection connection = DuckDb.inMemory(properties);
                Statement statement = connection.createStatement()) {
            lock(target, statement);
            requireDisk(target, connection);
            DirectoryTree.delete(folder);
            createPrivate(folder);
            Path fresh = folder.resolve("new.duckdb");
            DatabaseFile.create(fresh).close();
            keepOwner(target, fresh);
            statement.execute("ATTACH '%s' AS fresh".formatted(SqlText.quoted(fresh)));
            for (String table : SmallQuery.list(connection, TABLES, row -> row.getString(1))) {
                // A transaction for each, so that the log never has more than one table.
                statement.execute("BEGIN TRANSACTION");
                statement.execute("DELETE FROM fresh.%s".formatted(table));
                statement.execute("INSERT INTO fresh.%1$s BY NAME SELECT * FROM old.%1$s".formatted(table));
                statement.execute("COMMIT");
                statement.execute("CHECKPOINT fresh");
            }
            statement.execute("DETACH fresh");
            copied.run();
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** A process may have opened the file since it was checked, and left a log, which refers to the old blocks. */
    private void lock(Path target, Statement statement) throws SQLException {
        try {
            statement.execute("ATTACH '%s' AS old (READ_ONLY)".formatted(SqlText.quoted(target)));
        } catch (SQLException e) {
            throw DatabaseFailure.opening(file, e);
        }
        if (Files.exists(beside(target, ".wal"))) {
            throw new GatehouseException(
                    ErrorCode.DATABASE_IN_USE,
                    "%s was written to while it was being compacted: compact it again.".formatted(file));
        }
    }

    /** The copy is as large as the used part of the file. */
    private void requireDisk(Path target, Connection connection) throws SQLException, IOException {
        long used = SmallQuery.number(
                connection, "SELECT block_size * used_blocks FROM pragma_database_size() WHERE database_name = 'old'");
        long needed = used + used / 4 + SPARE;
        if (Files.getFileStore(target).getUsableSpace() < needed) {
            throw new GatehouseException(
                    ErrorCode.INSUFFICIENT_DISK,
                    "Compacting %s needs %d MB of free disk.".formatted(file, (needed >> 20) + 1));
        }
    }

    private static void createPrivate(Path folder) throws IOException {
        Files.createDirectory(folder);
        PosixFileAttributeView view = Files.getFileAttributeView(folder, PosixFileAttributeView.class);
        if (view != null) {
            view.setPermissions(PosixFilePermissions.fromString("rwx------"));
        }
    }

    private static void keepOwner(Path from, Path to) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(to, PosixFileAttributeView.class);
        if (view == null) {
            return;
        }
        PosixFileAttributes old = Files.readAttributes(from, PosixFileAttributes.class);
        PosixFileAttributes now = view.readAttributes();
        if (!now.owner().equals(old.owner())) {
            view.setOwner(old.owner());
        }
        if (!now.group().equals(old.group())) {
            view.setGroup(old.group());
        }
        view.setPermissions(old.permissions());
    }

    private static Path beside(Path target, String suffix) {
        return target.resolveSibling(target.getFileName() + suffix);
    }
}
