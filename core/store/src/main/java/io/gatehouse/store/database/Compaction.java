package io.gatehouse.store.database;

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
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * Gives back the space of deleted runs. DuckDB keeps it for itself, so the file is written anew beside itself and takes
 * its own place when it is whole. A file that is reached by a link is what takes that place, and the link stays.
 */
public final class Compaction {
    /** Behind the name of a file: the folder in which it is written anew, which only its owner may look into. */
    private static final String FOLDER = ".compact";
    /** What earlier versions left behind when they were killed, beside a file of the name of the folder. */
    private static final String EARLIER_LOG = ".compact.wal";
    /** The log of the largest table, and what a new file has beside its rows. */
    private static final long SPARE = 16L << 20;

    private final Path file;
    private final Runnable copied;

    public Compaction(Path file) {
        this(file, () -> {});
    }

    /** @param copied told when the new file is whole, before it takes the place of the old one */
    public Compaction(Path file, Runnable copied) {
        this.file = file;
        this.copied = copied;
    }

    /** Deletes what a compaction that was killed left beside a file, which the caller has open for writing. */
    static void deleteLeftovers(Path file) {
        try {
            Path target = file.toRealPath();
            deleteAll(beside(target, FOLDER));
            Files.deleteIfExists(beside(target, EARLIER_LOG));
        } catch (IOException e) {
            // They are in nobody's way but the disk's, and whoever may not delete them can still use the file.
        }
    }

    public void run() {
        try {
            // Brings the schema up to date, and says it when somebody else has the file.
            DatabaseFile.open(file).close();
            Path target = file.toRealPath();
            Path folder = beside(target, FOLDER);
            try {
                replace(target, folder);
            } finally {
                deleteAll(folder);
            }
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    /** The old file stays locked until the new one has its place: nobody writes what would be lost. */
    private void replace(Path target, Path folder) throws SQLException, IOException {
        Properties properties = new Properties();
        // Without this, another store of this process could open the file meanwhile.
        properties.setProperty("jdbc_instance_cache", "false");
        try (Connection connection = DuckDb.inMemory(properties);
                Statement statement = connection.createStatement()) {
            lock(target, statement);
            requireDisk(target, statement);
            deleteAll(folder);
            createPrivate(folder);
            Path fresh = folder.resolve("new.duckdb");
            DatabaseFile.create(fresh).close();
            keepOwner(target, fresh);
            statement.execute("ATTACH '%s' AS fresh".formatted(SqlText.quoted(fresh)));
            for (String table : tables(statement)) {
                // One by one, so that the log never has more than one of them.
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

    /** Somebody may have opened the file since it was looked at, and may have left a log, which names the old blocks. */
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

    /** The new file is as large as what is used of the old one. */
    private void requireDisk(Path target, Statement statement) throws SQLException, IOException {
        long used;
        try (ResultSet row = statement.executeQuery(
                "SELECT block_size * used_blocks FROM pragma_database_size() WHERE database_name = 'old'")) {
            row.next();
            used = row.getLong(1);
        }
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

    private static Path beside(Path target, String suffix) {
        return target.resolveSibling(target.getFileName() + suffix);
    }

    private static void deleteAll(Path path) throws IOException {
        if (Files.exists(path)) {
            try (Stream<Path> files = Files.walk(path)) {
                for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }
}
