package io.gatehouse.sql.driver;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Connections whose sorts, joins and aggregates collect a limited amount of memory before they process it. DuckDB sorts
 * what a thread has collected in one step that it does not interrupt: without a limit that may be a third of its memory,
 * which takes seconds where many statements share the processors.
 *
 * @param bytes the memory of an operator, all threads together
 */
public record LimitedReaders(ReaderSource readers, long bytes) implements ReaderSource {
    public LimitedReaders {
        requireNonNull(readers, "readers is null");
    }

    @Override
    public Connection open() throws SQLException {
        Connection connection = readers.open();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET SESSION operator_memory_limit = '%s KiB'".formatted(bytes >> 10));
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }
}
