package io.gatehouse.sql.driver;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.duckdb.DuckDBConnection;

/**
 * Connections whose sorts, joins and aggregates collect a limited amount of memory before they process it. DuckDB sorts
 * what a thread has collected in one step that it does not interrupt: without a limit that may be a third of its memory,
 * which takes seconds where many statements share the processors.
 *
 * <p>The setting is made once: the duplicates of a connection have its settings, and to set one takes as long as to open
 * ten connections.
 */
public final class LimitedReaders implements ReaderSource, AutoCloseable {
    private final DuckDBConnection limited;

    /**
     * @param readers connections on which {@code operator_memory_limit} may be set
     * @param bytes the memory of an operator, all threads together
     */
    public LimitedReaders(ReaderSource readers, long bytes) {
        try {
            this.limited = limited(readers.open(), bytes);
        } catch (SQLException e) {
            throw DuckDbErrors.translate(e);
        }
    }

    private static DuckDBConnection limited(Connection connection, long bytes) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET SESSION operator_memory_limit = '%s KiB'".formatted(bytes >> 10));
            return connection.unwrap(DuckDBConnection.class);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public Connection open() throws SQLException {
        return limited.duplicate();
    }

    /** Ends this source; the connections that it has opened stay open. */
    @Override
    public void close() {
        try {
            limited.close();
        } catch (SQLException e) {
            throw DuckDbErrors.translate(e);
        }
    }
}
