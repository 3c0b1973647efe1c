package io.gatehouse.store.database;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.duckdb.DuckDBConnection;

/** A database that is open and locked down. Safe for use by several threads. */
public final class OpenDatabase implements AutoCloseable {
    private final Path file;
    private final DuckDBConnection writing;
    /** Queries on its duplicates report their progress, which would cost a writer a tenth of its time. */
    private final DuckDBConnection reading;

    private final boolean readOnly;

    /** What is done on a connection. */
    public interface Work<T> {
        T on(DuckDBConnection connection) throws SQLException;
    }

    private OpenDatabase(Path file, DuckDBConnection writing, DuckDBConnection reading, boolean readOnly) {
        this.file = file;
        this.writing = writing;
        this.reading = reading;
        this.readOnly = readOnly;
    }

    /**
     * Opens the connection to read through and locks the database down. If that fails, the caller still has to close the
     * connection.
     *
     * @param file the file or directory that errors name
     * @param readOnly whether nothing that is written would last
     * @param disk a path on the disk that queries spill to
     * @param directories those that the database may still read and write
     */
    public static OpenDatabase of(
            Path file, DuckDBConnection connection, boolean readOnly, Path disk, List<Path> directories)
            throws SQLException {
        requireNonNull(file, "file is null");
        DuckDBConnection reading = connection.duplicate();
        try (Statement statement = reading.createStatement()) {
            // Local to a connection; its duplicates inherit both.
            statement.execute("SET enable_progress_bar = true");
            statement.execute("SET enable_progress_bar_print = false");
            Lockdown.apply(disk, connection, directories);
            return new OpenDatabase(file, connection, reading, readOnly);
        } catch (SQLException | RuntimeException e) {
            reading.close();
            throw e;
        }
    }

    /** Whether nothing can be written. */
    public boolean isReadOnly() {
        return readOnly;
    }

    /** Returns a new connection to read, which the caller closes. */
    public DuckDBConnection reader() {
        return duplicate(reading);
    }

    /**
     * Returns a new connection to write, which the caller closes.
     *
     * @throws GatehouseException INVALID_ARGUMENT if nothing can be written
     */
    public DuckDBConnection writer() {
        requireWritable();
        return duplicate(writing);
    }

    /** Does something on a connection of its own. */
    public <T> T read(Work<T> work) {
        try (DuckDBConnection connection = reader()) {
            return work.on(connection);
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    /**
     * Does something in a transaction on a connection of its own.
     *
     * @throws GatehouseException INVALID_ARGUMENT if nothing can be written
     */
    public <T> T write(Work<T> work) {
        try (DuckDBConnection connection = writer();
                Transaction transaction = Transaction.begin(connection)) {
            T result = work.on(connection);
            transaction.commit();
            Checkpoint.ifLarge(file, connection);
            return result;
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    /**
     * Checks that it can be written.
     *
     * @throws GatehouseException INVALID_ARGUMENT if nothing can be written
     */
    public void requireWritable() {
        if (readOnly) {
            throw readOnly(file);
        }
    }

    /** Returns the error of writing to an exported directory. */
    public static GatehouseException readOnly(Path directory) {
        return new GatehouseException(
                ErrorCode.INVALID_ARGUMENT,
                "%s is a directory, and exported directories are read-only: name the database file, or a new one."
                        .formatted(directory));
    }

    /** Closes it. Connections that it handed out keep the file open until they are closed. */
    @Override
    public void close() {
        try (writing) {
            reading.close();
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    private DuckDBConnection duplicate(DuckDBConnection connection) {
        try {
            return connection.duplicate();
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }
}
