package io.gatehouse.store.database;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.LockSupport;

/**
 * An explicit transaction: {@code setAutoCommit(false)} starts none until a statement runs, so an appender that comes
 * first would commit by itself. Closing without a commit rolls back.
 *
 * <p>Where statements hold all memory, DuckDB may commit and then have none to say so. The transaction is then committed
 * here, too: whoever repeated it would write its rows twice.
 */
public final class Transaction implements AutoCloseable {
    private static final int MAX_TRIES = 100;
    private static final long PAUSE_NANOS = 20_000_000;

    private final Connection connection;
    private final Ending ending;
    private boolean committed;

    /** What a database does about the ends of its transactions. */
    interface Ending {
        /** That of a database that nobody else uses. */
        Ending NOTHING = new Ending() {};

        /** DuckDB is about to commit or to roll back. */
        default void begins(Connection connection) {}

        /** It has done so, or failed. */
        default void ends(Connection connection) {}

        /** DuckDB has rolled back a transaction that it could not commit, but its log may have it. */
        default void isUndone(Connection connection) {}

        /**
         * DuckDB could neither commit nor roll back. What it has in memory is neither the state before nor that after the
         * transaction, and what it writes from then on is wrong.
         */
        default void isLost(SQLException failure) {}
    }

    private Transaction(Connection connection, Ending ending) {
        this.connection = requireNonNull(connection, "connection is null");
        this.ending = requireNonNull(ending, "ending is null");
    }

    /** Begins a transaction of a database that nobody else uses. */
    public static Transaction begin(Connection connection) throws SQLException {
        return begin(connection, Ending.NOTHING);
    }

    static Transaction begin(Connection connection, Ending ending) throws SQLException {
        execute(connection, "BEGIN TRANSACTION");
        return new Transaction(connection, ending);
    }

    /**
     * Commits, or throws if nothing of the transaction is committed. If the state is {@link Ending#isLost lost}, the file may
     * have it when it is opened anew.
     */
    public void commit() throws SQLException {
        ending.begins(connection);
        try {
            execute(connection, "COMMIT");
            committed = true;
        } catch (SQLException e) {
            noteLost(e);
            committed = hasCommitted(e);
            if (!committed) {
                throw e;
            }
        } finally {
            ending.ends(connection);
        }
    }

    /**
     * DuckDB ends a transaction that it cannot commit with an error of a kind of its own. Any other error comes before it has
     * begun to commit, and leaves the transaction open, or after it has committed.
     */
    private boolean hasCommitted(SQLException failure) throws SQLException {
        if (isLost(failure)) {
            return false;
        }
        if (messageOf(failure).startsWith("TransactionContext Error")) {
            ending.isUndone(connection);
            return false;
        }
        return !rollBack();
    }

    /** Rolls back; false if the transaction had ended. DuckDB needs memory for this, too. */
    private boolean rollBack() throws SQLException {
        for (int tries = 1; ; tries++) {
            try {
                execute(connection, "ROLLBACK");
                return true;
            } catch (SQLException e) {
                if (messageOf(e).contains("no transaction is active")) {
                    return false;
                }
                noteLost(e);
                if (isLost(e) || tries == MAX_TRIES || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    @Override
    public void close() {
        if (committed) {
            return;
        }
        ending.begins(connection);
        try {
            rollBack();
        } catch (SQLException e) {
            // DuckDB does it when the connection is closed.
        } finally {
            ending.ends(connection);
        }
    }

    private void noteLost(SQLException e) {
        if (isLost(e)) {
            ending.isLost(e);
        }
    }

    private static boolean isLost(SQLException e) {
        return messageOf(e).startsWith("FATAL Error") || messageOf(e).startsWith("INTERNAL Error");
    }

    private static String messageOf(SQLException e) {
        return String.valueOf(e.getMessage());
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
