package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Connections whose sorts, joins and aggregates take a limited amount of memory each, and spill to disk beyond it. DuckDB
 * sorts as much as a thread may hold in one step that it does not interrupt: without a limit that is a third of its memory,
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
            statement.execute("SET SESSION operator_memory_limit = '%d KiB'".formatted(bytes >> 10));
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }
}
