package io.gatehouse.store.transfer;

import static java.util.Objects.requireNonNull;

import io.gatehouse.duckdb.DuckDb;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.database.DatabaseFailure;
import io.gatehouse.store.schema.SqlText;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;

/**
 * A new DuckDB file of plain tables, for DuckDB 1.4 and later and what bundles it: nothing in it needs Gatehouse. Tables
 * come from Parquet files, in the order of their rows.
 */
public final class PlainFile implements AutoCloseable {
    /** Beside what computes the rows. */
    private static final String MEMORY = "1GB";

    private final Path file;
    private final Connection connection;

    private PlainFile(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    /** Makes the file, which must not exist. */
    public static PlainFile create(Path file) {
        requireNonNull(file, "file is null");
        Properties settings = new Properties();
        settings.setProperty("memory_limit", MEMORY);
        try {
            return new PlainFile(file, DuckDb.file(file, settings));
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    /**
     * Adds a table.
     *
     * @param comment what one row is
     * @param columns comments by the names of columns; there may be none
     * @throws GatehouseException INSUFFICIENT_DISK if the disk is full
     */
    public void add(String name, String comment, Map<String, String> columns, Path parquet) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE %s AS FROM read_parquet('%s')".formatted(identifier(name), SqlText.quoted(parquet)));
            statement.execute("COMMENT ON TABLE %s IS '%s'".formatted(identifier(name), SqlText.quoted(comment)));
            for (Map.Entry<String, String> column : columns.entrySet()) {
                statement.execute("COMMENT ON COLUMN %s.%s IS '%s'"
                        .formatted(identifier(name), identifier(column.getKey()), SqlText.quoted(column.getValue())));
            }
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    private static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** Writes what is not yet in the file. */
    @Override
    public void close() {
        try (connection;
                Statement statement = connection.createStatement()) {
            statement.execute("CHECKPOINT");
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }
}
