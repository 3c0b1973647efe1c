package io.gatehouse.store.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Resources;
import io.gatehouse.store.database.DatabaseFailure;
import io.gatehouse.store.schema.GivenName;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.duckdb.DuckDBConnection;

/** The saved queries of a file. Each call is a transaction of its own; safe for use by several threads. */
public final class SavedQueries {
    private final Path file;
    private final Supplier<Connection> readers;
    private final Supplier<DuckDBConnection> writers;

    /** @param writers refuses what cannot be written to */
    public SavedQueries(Path file, Supplier<Connection> readers, Supplier<DuckDBConnection> writers) {
        this.file = requireNonNull(file, "file is null");
        this.readers = requireNonNull(readers, "readers is null");
        this.writers = requireNonNull(writers, "writers is null");
    }

    /** By name. */
    public List<SavedQuery> list() {
        try (Connection connection = readers.get();
                PreparedStatement select = connection.prepareStatement("SELECT * FROM saved_queries ORDER BY name");
                ResultSet rows = select.executeQuery()) {
            List<SavedQuery> queries = new ArrayList<>();
            while (rows.next()) {
                queries.add(new SavedQuery(
                        rows.getString("name"),
                        rows.getString("sql"),
                        rows.getString("description"),
                        instant(rows, "created_at"),
                        instant(rows, "changed_at")));
            }
            return queries;
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    public Optional<SavedQuery> find(String name) {
        return list().stream().filter(query -> query.name().equals(name)).findFirst();
    }

    /** Keeps a query, in the place of the one that has the name. */
    public synchronized void save(String name, String sql, String description) {
        try (Connection connection = writers.get();
                PreparedStatement insert = connection.prepareStatement(Resources.text(SavedQueries.class, "save_query.sql"))) {
            insert.setString(1, GivenName.checked("a saved query", name));
            insert.setString(2, requireNonNull(sql, "sql is null"));
            insert.setString(3, requireNonNull(description, "description is null"));
            insert.setObject(4, LocalDateTime.now(ZoneOffset.UTC));
            insert.executeUpdate();
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    /** Whether there was one of the name. */
    public synchronized boolean delete(String name) {
        try (Connection connection = writers.get();
                PreparedStatement delete = connection.prepareStatement("DELETE FROM saved_queries WHERE name = ?")) {
            delete.setString(1, requireNonNull(name, "name is null"));
            return delete.executeUpdate() > 0;
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    private static Instant instant(ResultSet rows, String column) throws SQLException {
        return rows.getObject(column, LocalDateTime.class).toInstant(ZoneOffset.UTC);
    }
}
