package io.gatehouse.store.database;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves what the log of a file holds into the file. DuckDB itself would do so within the commit of a transaction. But where
 * it has no memory for it, because statements hold all, that commit fails, and so does each one after it until the file is
 * opened anew: DuckDB 2.0 does not go back to the log from before. So commits make no checkpoint ({@link Lockdown}), and one
 * that fails here costs nothing: the logs have all rows, and are read when the file is opened.
 */
final class Checkpoint {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoint.class);

    /** Size of a log that is moved into the file; DuckDB's own default. */
    private static final long LARGE_LOG_BYTES = 16_000_000;

    /** Blocks of tables are not counted: they leave memory when it is needed. */
    private static final String MEMORY_IS_FREE = """
            SELECT coalesce(sum(memory_usage_bytes), 0) < parse_formatted_bytes(current_setting('memory_limit')) / 2
            FROM duckdb_memory() WHERE tag <> 'BASE_TABLE'""";

    private static final String BESIDE_WRITERS = "Cannot CHECKPOINT";

    /** With the pauses in between five minutes, in which other writers end. */
    private static final int MAX_TRIES = 6_000;

    private static final long PAUSE_NANOS = 50_000_000;

    private final Path file;
    /** Whether one has failed: DuckDB makes no other one until the file is opened anew, but reports no error. */
    private boolean failed;

    /** @param file the database */
    Checkpoint(Path file) {
        this.file = requireNonNull(file, "file is null");
    }

    /**
     * Makes a checkpoint if the log is large and there is memory for it. Transactions go on meanwhile, and none may be open
     * on the connection.
     */
    synchronized void ifLarge(Connection connection) {
        try {
            if (bytesOf(log()) >= LARGE_LOG_BYTES && hasMemory(connection)) {
                make(connection);
            }
        } catch (SQLException e) {
            LOG.warn("The log of {} cannot be looked at", file, e);
        }
    }

    /** Makes a checkpoint, unless one has failed. DuckDB does not while somebody writes; what is done then stays done. */
    synchronized void make(Connection connection) {
        if (failed) {
            return;
        }
        try {
            checkpoint(connection);
        } catch (SQLException e) {
            if (DatabaseFailure.messageOf(e).contains(BESIDE_WRITERS)) {
                LOG.debug("{} is not checkpointed", file, e);
            } else {
                failed = true;
                LOG.warn("{} is not checkpointed; its log has what was committed", file, e);
            }
        }
    }

    /**
     * Makes a checkpoint after a transaction that DuckDB has undone in memory but maybe not in the log, once others have
     * ended.
     *
     * @throws SQLException if it cannot be made, so that the log may have what memory has not
     */
    synchronized void afterUndoing(Connection connection) throws SQLException {
        for (int tries = 1; ; tries++) {
            try {
                if (failed) {
                    throw new SQLException("A checkpoint has failed before");
                }
                checkpoint(connection);
                if (bytesOf(log()) > 0) {
                    throw new SQLException("The log is there after the checkpoint");
                }
                return;
            } catch (SQLException e) {
                if (!DatabaseFailure.messageOf(e).contains(BESIDE_WRITERS)
                        || tries == MAX_TRIES
                        || Thread.currentThread().isInterrupted()) {
                    failed = true;
                    throw e;
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static void checkpoint(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CHECKPOINT");
        }
    }

    private static boolean hasMemory(Connection connection) throws SQLException {
        return SmallQuery.first(connection, MEMORY_IS_FREE, row -> row.getBoolean(1))
                .orElse(false);
    }

    private Path log() {
        return file.resolveSibling(file.getFileName() + ".wal");
    }

    private static long bytesOf(Path log) {
        try {
            return Files.size(log);
        } catch (IOException e) {
            // There is none.
            return 0;
        }
    }
}
