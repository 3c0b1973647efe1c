package io.gatehouse.store.database;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory for the end of a transaction, beyond the limit that statements have: where they hold all of it, DuckDB 2.0 may lose
 * the state of the database as it commits or rolls back. The limit is raised for that time. Statements keep what they
 * allocate meanwhile; if DuckDB cannot lower the limit again, the end of the next transaction raises it further, up to half
 * of what it was.
 */
final class CommitMemory {
    private static final Logger LOG = LoggerFactory.getLogger(CommitMemory.class);

    private static final long LARGEST_STEP = 64L << 20;
    private static final int MAX_STEPS = 4;

    private final Connection connection;
    private final long limit;
    private final long step;
    private int transactions;
    private int steps;

    /**
     * @param connection one on which no transaction is open: a setting that fails would abort it
     * @param limit of the database, in bytes
     */
    CommitMemory(Connection connection, long limit) {
        this.connection = requireNonNull(connection, "connection is null");
        this.limit = limit;
        this.step = Math.min(LARGEST_STEP, limit / (2 * MAX_STEPS));
    }

    /** A transaction is about to end. */
    synchronized void raise() {
        transactions++;
        int next = Math.min(MAX_STEPS, steps + 1);
        if (transactions == 1 && set(limit + next * step)) {
            steps = next;
        }
    }

    /** It has ended. */
    synchronized void lower() {
        transactions--;
        if (transactions == 0 && set(limit)) {
            steps = 0;
        }
    }

    /** DuckDB does not lower the limit below what is in use. */
    private boolean set(long bytes) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET GLOBAL memory_limit = '%s KiB'".formatted(bytes >> 10));
            return true;
        } catch (SQLException e) {
            LOG.debug("The limit of memory stays as it is", e);
            return false;
        }
    }
}
