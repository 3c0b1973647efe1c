package io.gatehouse.store.database;

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
public final class Checkpoint {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoint.class);

    /** Size of a log that is moved into the file; DuckDB's own default. */
    private static final long LARGE_LOG_BYTES = 16_000_000;

    /** Blocks of tables are not counted: they leave memory when it is needed. */
    private static final String MEMORY_IS_FREE = """
            SELECT coalesce(sum(memory_usage_bytes), 0) < parse_formatted_bytes(current_setting('memory_limit')) / 2
            FROM duckdb_memory() WHERE tag <> 'BASE_TABLE'""";

    /** With the pauses in between ten seconds, in which other writers end. */
    private static final int MAX_TRIES = 200;

    private static final long PAUSE_NANOS = 50_000_000;

    private Checkpoint() {}

    /**
     * Makes a checkpoint if the log is large and there is memory for it. Transactions go on meanwhile, and none may be open
     * on the connection.
     */
    public static void ifLarge(Path file, Connection connection) {
        try {
            if (bytesOf(log(file, ".wal")) >= LARGE_LOG_BYTES && hasMemory(connection)) {
                make(file, connection);
            }
        } catch (SQLException e) {
            LOG.warn("The log of {} cannot be looked at", file, e);
        }
    }

    /** Makes a checkpoint. DuckDB does not while somebody writes; what is done then stays done. */
    public static void make(Path file, Connection connection) {
        // The log of transactions during a checkpoint: of one that is being made, or of one that failed.
        if (Files.exists(log(file, ".wal.checkpoint"))) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("CHECKPOINT");
        } catch (SQLException e) {
            if (String.valueOf(e.getMessage()).contains("Cannot CHECKPOINT")) {
                LOG.debug("{} is not checkpointed", file, e);
            } else {
                LOG.warn("{} is not checkpointed; its log has what was committed", file, e);
            }
        }
    }

    /**
     * Makes a checkpoint after a transaction that DuckDB has undone in memory but maybe not in the log.
     *
     * @throws SQLException if it cannot be made, so that the log may have what memory has not
     */
    static void afterUndoing(Path file, Connection connection) throws SQLException {
        for (int tries = 1; ; tries++) {
            if (Files.exists(log(file, ".wal.checkpoint"))) {
                throw new SQLException("An earlier checkpoint has failed");
            }
            try (Statement statement = connection.createStatement()) {
                statement.execute("CHECKPOINT");
                return;
            } catch (SQLException e) {
                if (tries == MAX_TRIES || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static boolean hasMemory(Connection connection) throws SQLException {
        return SmallQuery.first(connection, MEMORY_IS_FREE, row -> row.getBoolean(1))
                .orElse(false);
    }

    private static Path log(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
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
