package io.gatehouse.store.database;

import static io.gatehouse.error.ErrorCode.CORRUPT_DATABASE;
import static io.gatehouse.error.ErrorCode.DATABASE_IN_USE;
import static io.gatehouse.error.ErrorCode.FILE_NOT_FOUND;
import static io.gatehouse.error.ErrorCode.INSUFFICIENT_DISK;
import static io.gatehouse.error.ErrorCode.INTERNAL_ERROR;
import static io.gatehouse.error.ErrorCode.INVALID_ARGUMENT;
import static io.gatehouse.error.ErrorCode.OUT_OF_MEMORY;

import io.gatehouse.duckdb.Damage;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Translates DuckDB's errors. DuckDB sets neither SQLSTATE nor error code, so the messages decide.
 */
public final class DatabaseFailure {
    private static final Pattern LOCK_HOLDER = Pattern.compile("held in (\\S+) \\(PID (\\d+)\\)");

    /** How DuckDB begins the error of a transaction that it has undone instead. */
    private static final String UNDONE_COMMIT = "TransactionContext Error: Failed to commit: ";

    private static final Pattern WITHOUT_MEMORY = Pattern.compile(
            "Out of Memory Error: |" + Pattern.quote(UNDONE_COMMIT) + "(could not allocate|failed to (pin|allocate)) ");

    private static final int LONGEST_COMMAND = 200;

    private DatabaseFailure() {}

    /** Whether this process has the file open already. */
    static boolean isOpenHere(SQLException e) {
        return messageOf(e).contains("Unique file handle conflict");
    }

    /** Whether DuckDB has undone a transaction that it could not commit. */
    static boolean isUndoneCommit(SQLException e) {
        return messageOf(e).startsWith(UNDONE_COMMIT);
    }

    /** Whether DuckDB had no memory. */
    static boolean isWithoutMemory(Exception e) {
        return WITHOUT_MEMORY.matcher(messageOf(e)).lookingAt();
    }

    /** Returns the error for a file that could not be opened. */
    static GatehouseException opening(Path file, SQLException e) {
        String message = messageOf(e);
        if (message.contains("Could not set lock on file")) {
            return new GatehouseException(
                    DATABASE_IN_USE,
                    "%s is in use by %s. One process owns a database file at a time: stop that one, or send the queries to it if it is a Gatehouse server."
                            .formatted(file, lockHolder(message)),
                    e);
        }
        if (isOpenHere(e)) {
            return new GatehouseException(
                    DATABASE_IN_USE, "%s is open already in this process: use that store.".formatted(file), e);
        }
        if (message.contains("not a valid DuckDB database file")) {
            return new GatehouseException(CORRUPT_DATABASE, "%s is not a DuckDB file.".formatted(file), e);
        }
        if (message.contains("storage version")) {
            return new GatehouseException(
                    INVALID_ARGUMENT,
                    "%s was written by another version of DuckDB: %s".formatted(file, firstLine(message)),
                    e);
        }
        if (message.contains("Permission denied") || message.contains("Read-only file system")) {
            return new GatehouseException(
                    INVALID_ARGUMENT, "%s cannot be opened for writing: permission denied.".formatted(file), e);
        }
        if (message.contains("No such file or directory")) {
            return new GatehouseException(
                    FILE_NOT_FOUND, "%s cannot be created: its directory does not exist.".formatted(file), e);
        }
        if (message.contains("Failure while replaying WAL")) {
            return new GatehouseException(
                    CORRUPT_DATABASE,
                    "%1$s.wal, which has the changes of %1$s since its last checkpoint, cannot be replayed: %2$s Keep a copy of both. Without the .wal file the database opens as it was at that checkpoint, and runs that were cut short are resumed."
                            .formatted(file, reasonOf(message)),
                    e);
        }
        if (message.contains("Could not read enough bytes")
                || message.toLowerCase(Locale.ROOT).contains("corrupt")) {
            return damaged(file, e);
        }
        return using(file, e);
    }

    /** Returns the error for a file whose rows could not be written or read. */
    public static GatehouseException using(Path file, Exception e) {
        String message = messageOf(e);
        if (message.contains("No space left on device")) {
            return new GatehouseException(
                    INSUFFICIENT_DISK,
                    "The disk of %s is full. What was committed is safe: make room and go on.".formatted(file),
                    e);
        }
        if (isWithoutMemory(e)) {
            return new GatehouseException(
                    OUT_OF_MEMORY, "DuckDB ran out of memory on %s: %s".formatted(file, firstLine(message)), e);
        }
        if (Damage.isIn(message) || isOfDirectory(file, message)) {
            return damaged(file, e);
        }
        return new GatehouseException(INTERNAL_ERROR, "DuckDB failed on %s: %s".formatted(file, firstLine(message)), e);
    }

    /**
     * Whether reading an exported directory failed. Our statements for it never change, but others may change the files,
     * and DuckDB's reader of Parquet has many messages for that.
     */
    private static boolean isOfDirectory(Path file, String message) {
        return Files.isDirectory(file)
                && !message.contains("Permission denied")
                && !message.contains("Read-only file system")
                && !message.startsWith("Catalog Error")
                && !message.startsWith("Parser Error")
                && !message.startsWith("INTERRUPT Error");
    }

    private static GatehouseException damaged(Path file, Exception e) {
        return new GatehouseException(
                CORRUPT_DATABASE, "%s is damaged: %s".formatted(file, firstLine(messageOf(e))), e);
    }

    /** What DuckDB says after the name of the log. */
    private static String reasonOf(String message) {
        String line = firstLine(message);
        String reason =
                line.substring(line.indexOf("Failure while replaying WAL")).replaceFirst("^[^\"]*\"[^\"]*\": ", "");
        return reason.matches(".*[.!?]") ? reason : reason + ".";
    }

    private static String lockHolder(String message) {
        Matcher holder = LOCK_HOLDER.matcher(message);
        if (!holder.find()) {
            return "another process";
        }
        return "process %s (%s)"
                .formatted(holder.group(2), command(holder.group(2)).orElse(holder.group(1)));
    }

    /** Returns the command of a process, if this user may see it; for Gatehouse, only the part that users type. */
    private static Optional<String> command(String pid) {
        return ProcessHandle.of(Long.parseLong(pid))
                .flatMap(process -> process.info().commandLine())
                .map(line -> line.replaceFirst(".*io\\.gatehouse\\.cli\\.Gatehouse", "gatehouse"))
                .map(line -> line.length() > LONGEST_COMMAND ? line.substring(0, LONGEST_COMMAND) + "…" : line);
    }

    static String messageOf(Exception e) {
        return String.valueOf(e.getMessage());
    }

    static String firstLine(Exception e) {
        return firstLine(messageOf(e));
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("no message");
    }
}
