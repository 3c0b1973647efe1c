package io.gatehouse.store.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * An explicit transaction: {@code setAutoCommit(false)} starts none until a statement runs, so an appender that comes
 * first would commit by itself. Closing without a commit rolls back.
 */
public final class Transaction implements AutoCloseable {
    private final Connection connection;
    private boolean committed;

    private Transaction(Connection connection) {
        this.connection = connection;
    }

    public static Transaction begin(Connection connection) throws SQLException {
        execute(connection, "BEGIN TRANSACTION");
        return new Transaction(connection);
    }

    public void commit() throws SQLException {
        execute(connection, "COMMIT");
        committed = true;
    }

    @Override
    public void close() {
        if (committed) {
            return;
        }
        try {
            execute(connection, "ROLLBACK");
        } catch (SQLException e) {
            // DuckDB has already rolled back, because a COMMIT failed.
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
