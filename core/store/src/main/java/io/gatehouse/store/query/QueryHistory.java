package io.gatehouse.store.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Resources;
import io.gatehouse.store.database.DatabaseFailure;
import io.gatehouse.store.database.Transaction;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    public QueryHistory(Path file, Supplier<Connection> readers, Supplier<DuckDBConnection> writers) {
        this.file = requireNonNull(file, "file is null");
        this.readers = requireNonNull(readers, "readers is null");
        this.writers = requireNonNull(writers, "writers is null");
    }

    /** The newest first. */
    public List<PastQuery> newest(int limit) {
        try (Connection connection = readers.get();
                PreparedStatement select = connection.prepareStatement(Resources.text(QueryHistory.class, "newest_queries.sql"))) {
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
        if (queries.isEmpty()) {
            return;
        }
        // A statement cannot put two rows in the place of one: of those with the same id the last counts.
        Map<String, PastQuery> byId = new LinkedHashMap<>();
        queries.forEach(query -> byId.put(query.id(), query));
        try (DuckDBConnection connection = writers.get();
                Transaction transaction = Transaction.begin(connection)) {
            insert(connection, byId.values());
            try (PreparedStatement forget = connection.prepareStatement(Resources.text(QueryHistory.class, "forget_queries.sql"))) {
                forget.setInt(1, KEPT);
                forget.executeUpdate();
            }
            transaction.commit();
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    /** In one statement, whose planning costs more than its rows. */
    private static void insert(Connection connection, Collection<PastQuery> queries) throws SQLException {
        String rows = String.join(", ", Collections.nCopies(queries.size(), "(?, ?, ?, ?, ?, ?, ?)"));
        String sql = Resources.text(QueryHistory.class, "keep_past_queries.sql").replace("$rows", rows);
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            int parameter = 0;
            for (PastQuery query : queries) {
                insert.setString(++parameter, query.id());
                insert.setString(++parameter, query.sql());
                insert.setObject(++parameter, LocalDateTime.ofInstant(query.startedAt(), ZoneOffset.UTC));
                insert.setDouble(++parameter, query.elapsedMs());
                insert.setString(++parameter, query.state());
                insert.setLong(++parameter, query.rows());
                insert.setString(++parameter, query.error().orElse(null));
            }
            insert.executeUpdate();
        }
    }
}
