package io.gatehouse.store.database;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * An explicit transaction: {@code setAutoCommit(false)} starts none until a statement runs, so an appender that comes
 * first would commit by itself. Closing without a commit rolls back.
 *
 * <p>Where statements hold all memory, DuckDB may commit and then fail to report it. The transaction is then committed
 * here, too: whoever repeated it would write its rows twice.
 */
public final class Transaction implements AutoCloseable {
    private static final int MAX_TRIES = 100;
    private static final long PAUSE_NANOS = 20_000_000;

    private final Connection connection;
    private final CommitListener listener;
    private final long id;
    private boolean committed;

    /** Begins transactions. */
    @FunctionalInterface
    public interface Source {
        /** Begins one on a connection. */
        Transaction begin(Connection connection) throws SQLException;
    }

    private Transaction(Connection connection, CommitListener listener, long id) {
        this.connection = requireNonNull(connection, "connection is null");
        this.listener = requireNonNull(listener, "listener is null");
        this.id = id;
    }

    /** Begins a transaction of a database that nobody else uses. */
    public static Transaction begin(Connection connection) throws SQLException {
        return begin(connection, CommitListener.NONE);
    }

    static Transaction begin(Connection connection, CommitListener listener) throws SQLException {
        try {
            execute(connection, "BEGIN TRANSACTION");
            return new Transaction(connection, listener, id(connection));
        } catch (SQLException e) {
            // It may have begun all the same, or be one that could not be rolled back before.
            rollBack(connection);
            throw e;
        }
    }

    /**
     * Commits, or throws if nothing of the transaction is committed. If its state is {@link CommitListener#stateLost lost},
     * the file may have it when it is opened anew.
     */
    public void commit() throws SQLException {
        listener.requireState();
        listener.beforeEnd();
        try {
            execute(connection, "COMMIT");
            committed = true;
        } catch (SQLException e) {
            resolve(e);
        } finally {
            listener.afterEnd(committed);
        }
    }

    /**
     * DuckDB ends a transaction that it cannot commit with an error of a kind of its own. Any other error comes before it has
     * begun to commit, and leaves the transaction open, or after it has committed.
     */
    private void resolve(SQLException failure) throws SQLException {
        if (isStateLost(failure)) {
            listener.stateLost(failure);
            throw failure;
        }
        if (DatabaseFailure.isUndoneCommit(failure)) {
            if (DatabaseFailure.isWithoutMemory(failure)) {
                listener.undone();
            }
            throw failure;
        }
        if (isOpen()) {
            throw failure;
        }
        committed = true;
    }

    /** Whether DuckDB still has the transaction open: outside of it, each statement is a transaction with another id. */
    private boolean isOpen() throws SQLException {
        for (int tries = 1; ; tries++) {
            try {
                return id(connection) == id;
            } catch (SQLException e) {
                if (DatabaseFailure.messageOf(e).contains("transaction is aborted")) {
                    return true;
                }
                if (tries == MAX_TRIES || Thread.currentThread().isInterrupted()) {
                    listener.stateLost(e);
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
        listener.beforeEnd();
        try {
            rollBack(connection).filter(Transaction::isStateLost).ifPresent(listener::stateLost);
        } finally {
            listener.afterEnd(false);
        }
    }

    /** Rolls back what is open, if anything is; returns why that is impossible. DuckDB needs memory for it, too. */
    private static Optional<SQLException> rollBack(Connection connection) {
        for (int tries = 1; ; tries++) {
            try {
                execute(connection, "ROLLBACK");
                return Optional.empty();
            } catch (SQLException e) {
                if (DatabaseFailure.messageOf(e).contains("no transaction is active")) {
                    return Optional.empty();
                }
                if (isStateLost(e)
                        || tries == MAX_TRIES
                        || Thread.currentThread().isInterrupted()) {
                    return Optional.of(e);
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static boolean isStateLost(SQLException e) {
        String message = DatabaseFailure.messageOf(e);
        return message.startsWith("FATAL Error") || message.startsWith("INTERNAL Error");
    }

    private static long id(Connection connection) throws SQLException {
        return SmallQuery.number(connection, "SELECT txid_current()");
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
