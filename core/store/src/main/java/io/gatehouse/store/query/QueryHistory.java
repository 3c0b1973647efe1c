package io.gatehouse.store.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Resources;
import io.gatehouse.store.database.OpenDatabase;
import io.gatehouse.store.database.SmallQuery;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The last queries that servers answered from a file. Each call is a transaction of its own. */
public final class QueryHistory {
    /** The number of queries that can be listed, the newest ones. The file has more until old ones are deleted. */
    public static final int KEPT = 1_000;

    private static final int FORGOTTEN_TOGETHER = 10 * KEPT;

    private final OpenDatabase database;
    /** Since the last time that old ones were deleted; at first as many as an earlier process may have left. */
    private int added = FORGOTTEN_TOGETHER;

    public QueryHistory(OpenDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /** Returns the newest queries, the newest first. */
    public List<PastQuery> newest(int limit) {
        return database.read(connection -> SmallQuery.list(
                connection,
                Resources.text(QueryHistory.class, "newest_queries.sql"),
                row -> new PastQuery(
                        row.getString("query_id"),
                        row.getString("sql"),
                        row.getObject("started_at", LocalDateTime.class).toInstant(ZoneOffset.UTC),
                        row.getDouble("elapsed_ms"),
                        row.getString("state"),
                        row.getLong("rows"),
                        Optional.ofNullable(row.getString("error"))),
                limit));
    }

    /**
     * Adds queries; of those with the same id the newest counts. What is older than the newest {@value #KEPT} is deleted
     * now and then, and not with each call: that would read and sort the table while others write.
     */
    public synchronized void add(List<PastQuery> queries) {
        if (queries.isEmpty()) {
            return;
        }
        database.write(connection -> {
            insert(connection, queries);
            return queries.size();
        });
        added += queries.size();
        if (added >= FORGOTTEN_TOGETHER) {
            added = 0;
            database.write(connection ->
                    SmallQuery.update(connection, Resources.text(QueryHistory.class, "forget_queries.sql"), KEPT));
        }
    }

    /** In one statement, whose planning costs more than its rows. */
    private static void insert(Connection connection, Collection<PastQuery> queries) throws SQLException {
        String rows = String.join(", ", Collections.nCopies(queries.size(), "(?, ?, ?, ?, ?, ?, ?)"));
        String sql = Resources.text(QueryHistory.class, "keep_past_queries.sql").replace("$rows", rows);
        List<@Nullable Object> parameters = new ArrayList<>();
        for (PastQuery query : queries) {
            parameters.add(query.id());
            parameters.add(query.sql());
            parameters.add(LocalDateTime.ofInstant(query.startedAt(), ZoneOffset.UTC));
            parameters.add(query.elapsedMs());
            parameters.add(query.state());
            parameters.add(query.rows());
            parameters.add(query.error().orElse(null));
        }
        SmallQuery.update(connection, sql, parameters.toArray());
    }
}
