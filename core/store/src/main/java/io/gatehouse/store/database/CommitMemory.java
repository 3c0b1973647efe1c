package io.gatehouse.store.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory for the end of a transaction, beyond the limit that statements have: where they hold all of it, DuckDB 2.0 may lose
 * the state of the database as it commits or rolls back. The limit is raised for that time. What statements take meanwhile
 * they keep, and the limit stays where it is until they have ended; it is raised further for the next transaction, up to half
 * of what it was.
 */
final class CommitMemory {
    private static final Logger LOG = LoggerFactory.getLogger(CommitMemory.class);

    private static final long LARGEST_STEP = 64L << 20;
    private static final int MAX_STEPS = 4;

    private final long limit;
    private final long step;
    private int transactions;
    private int steps;

    /** @param limit of the database, in bytes */
    CommitMemory(long limit) {
        this.limit = limit;
        this.step = Math.min(LARGEST_STEP, limit / (2 * MAX_STEPS));
    }

    /** A transaction is about to end. */
    synchronized void raise(Connection connection) {
        transactions++;
        if (transactions == 1) {
            steps = Math.min(MAX_STEPS, steps + 1);
            set(connection, limit + steps * step);
        }
    }

    /** It has ended. */
    synchronized void lower(Connection connection) {
        transactions--;
        if (transactions == 0 && set(connection, limit)) {
            steps = 0;
        }
    }

    /** DuckDB does not lower the limit below what is in use. */
    private static boolean set(Connection connection, long bytes) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET GLOBAL memory_limit = '%s KiB'".formatted(bytes >> 10));
            return true;
        } catch (SQLException e) {
            LOG.debug("The limit of memory stays as it is", e);
            return false;
        }
    }
}
