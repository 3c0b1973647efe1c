package io.gatehouse.store;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.duckdb.DuckDBConnection;

/** The last queries that servers answered from a file. Each call is a transaction of its own. */
public final class QueryHistory {
    /** So many are kept, the newest. */
    public static final int KEPT = 1_000;

    private final Path file;
    private final Supplier<Connection> readers;
    private final Supplier<DuckDBConnection> writers;

    /** @param writers refuses what cannot be written to */
    QueryHistory(Path file, Supplier<Connection> readers, Supplier<DuckDBConnection> writers) {
        this.file = requireNonNull(file, "file is null");
        this.readers = requireNonNull(readers, "readers is null");
        this.writers = requireNonNull(writers, "writers is null");
    }

    /** The newest first. */
    public List<PastQuery> newest(int limit) {
        try (Connection connection = readers.get();
                PreparedStatement select = connection.prepareStatement(SqlFile.read("newest_queries.sql"))) {
            select.setInt(1, limit);
            List<PastQuery> queries = new ArrayList<>();
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    queries.add(new PastQuery(
                            rows.getString("query_id"),
                            rows.getString("sql"),
                            rows.getObject("started_at", LocalDateTime.class).toInstant(ZoneOffset.UTC),
                            rows.getDouble("elapsed_ms"),
                            rows.getString("state"),
                            rows.getLong("rows"),
                            Optional.ofNullable(rows.getString("error"))));
                }
            }
            return queries;
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    /** Keeps queries, each in the place of one that has its id, and forgets the oldest beyond those that are kept. */
    public synchronized void add(List<PastQuery> queries) {
        try (DuckDBConnection connection = writers.get();
                Transaction transaction = Transaction.begin(connection)) {
            insert(connection, queries);
            try (PreparedStatement forget = connection.prepareStatement(SqlFile.read("forget_queries.sql"))) {
                forget.setInt(1, KEPT);
                forget.executeUpdate();
            }
            transaction.commit();
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    private static void insert(Connection connection, List<PastQuery> queries) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(SqlFile.read("keep_past_query.sql"))) {
            for (PastQuery query : queries) {
                insert.setString(1, query.id());
                insert.setString(2, query.sql());
                insert.setObject(3, LocalDateTime.ofInstant(query.startedAt(), ZoneOffset.UTC));
                insert.setDouble(4, query.elapsedMs());
                insert.setString(5, query.state());
                insert.setLong(6, query.rows());
                insert.setString(7, query.error().orElse(null));
                insert.executeUpdate();
            }
        }
    }
}
