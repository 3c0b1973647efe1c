package io.gatehouse.store.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Resources;
import io.gatehouse.store.database.OpenDatabase;
import io.gatehouse.store.database.SmallQuery;
import io.gatehouse.store.schema.GivenName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/** The saved queries of a file. Each call is a transaction of its own; safe for use by several threads. */
public final class SavedQueries {
    private final OpenDatabase database;

    public SavedQueries(OpenDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /** Returns all queries in the order of their names. */
    public List<SavedQuery> list() {
        return database.read(connection -> SmallQuery.list(
                connection,
                "SELECT * FROM saved_queries ORDER BY name",
                row -> new SavedQuery(
                        row.getString("name"),
                        row.getString("sql"),
                        row.getString("description"),
                        instant(row, "created_at"),
                        instant(row, "changed_at"))));
    }

    public Optional<SavedQuery> find(String name) {
        return list().stream().filter(query -> query.name().equals(name)).findFirst();
    }

    /** Saves a query, and replaces the one of the name if there is one. */
    public synchronized void save(String name, String sql, String description) {
        GivenName.checked("The name of a saved query", name);
        requireNonNull(sql, "sql is null");
        requireNonNull(description, "description is null");
        database.write(connection -> SmallQuery.update(
                connection,
                Resources.text(SavedQueries.class, "save_query.sql"),
                name,
                sql,
                description,
                LocalDateTime.now(ZoneOffset.UTC)));
    }

    /** Deletes a query; returns whether there was one of the name. */
    public synchronized boolean delete(String name) {
        requireNonNull(name, "name is null");
        return database.write(
                connection -> SmallQuery.update(connection, "DELETE FROM saved_queries WHERE name = ?", name) > 0);
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, LocalDateTime.class).toInstant(ZoneOffset.UTC);
    }
}
