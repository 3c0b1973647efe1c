package io.gatehouse.store.database;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.duckdb.DuckDBConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A database that is open and locked down. Safe for use by several threads. */
public final class OpenDatabase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OpenDatabase.class);

    private final Path file;
    private final DuckDBConnection writing;
    /** Queries on its duplicates report their progress, which would cost a writer a tenth of its time. */
    private final DuckDBConnection reading;

    private final boolean readOnly;
    private final CommitMemory memory;
    private final Checkpoint checkpoint;
    private final CommitListener guard = new Guard();

    /** Why what DuckDB has in memory is no longer what is in the file; empty while it is. */
    private volatile Optional<String> lost = Optional.empty();

    /** What is done on a connection. */
    public interface Work<T> {
        T on(DuckDBConnection connection) throws SQLException;
    }

    private OpenDatabase(Path file, DuckDBConnection writing, DuckDBConnection reading, boolean readOnly, long memory) {
        this.file = file;
        this.memory = new CommitMemory(writing, memory);
        this.checkpoint = new Checkpoint(file);
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
     * @param memory bytes that DuckDB may take
     */
    public static OpenDatabase of(
            Path file, DuckDBConnection connection, boolean readOnly, Path disk, List<Path> directories, long memory)
            throws SQLException {
        requireNonNull(file, "file is null");
        DuckDBConnection reading = connection.duplicate();
        try (Statement statement = reading.createStatement()) {
            // Local to a connection; its duplicates inherit both.
            statement.execute("SET enable_progress_bar = true");
            statement.execute("SET enable_progress_bar_print = false");
            Lockdown.apply(disk, connection, directories);
            return new OpenDatabase(file, connection, reading, readOnly, memory);
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

    /**
     * Begins a transaction on a connection to write. If DuckDB can neither commit nor undo it, nothing can be read or written
     * any more until the file is opened anew.
     */
    public synchronized Transaction begin(Connection connection) throws SQLException {
        requireState();
        return Transaction.begin(connection, guard);
    }

    private final class Guard implements CommitListener {
        @Override
        public void requireState() {
            OpenDatabase.this.requireState();
        }

        @Override
        public void beforeEnd() {
            memory.raise();
        }

        @Override
        public void afterEnd(boolean committed) {
            memory.lower();
            if (committed && lost.isEmpty()) {
                checkpoint.ifLarge(writing);
            }
        }

        /** A checkpoint writes what is in memory, and empties the log. Until then no other transaction begins. */
        @Override
        public void undone() {
            synchronized (OpenDatabase.this) {
                try {
                    checkpoint.afterUndoing(writing);
                } catch (SQLException e) {
                    stateLost(e);
                }
            }
        }

        @Override
        public void stateLost(SQLException failure) {
            LOG.error("The state of {} in memory no longer matches the file", file, failure);
            lost = Optional.of(DatabaseFailure.firstLine(failure));
        }
    }

    /** Moves what the log holds into the file. */
    public void checkpoint() {
        requireState();
        checkpoint.make(writing);
    }

    /**
     * Limits the memory that a sort, join or aggregate collects before it processes it, on connections to read that are
     * opened from now on. DuckDB sorts what a thread has collected in one step that it does not interrupt: without a limit
     * that may be a third of its memory, which takes seconds where many statements share the processors.
     *
     * @param bytes the memory of an operator, all threads together
     */
    public void limitOperators(long bytes) {
        try (Statement statement = reading.createStatement()) {
            statement.execute("SET SESSION operator_memory_limit = '%s KiB'".formatted(bytes >> 10));
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
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
                Transaction transaction = begin(connection)) {
            T result = work.on(connection);
            transaction.commit();
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
        try (writing;
                reading) {
            if (!readOnly && lost.isEmpty()) {
                checkpoint.make(writing);
            }
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    private void requireState() {
        lost.ifPresent(reason -> {
            throw new GatehouseException(
                    ErrorCode.INTERNAL_ERROR,
                    "DuckDB could not undo a transaction of %s: restart Gatehouse to reopen the file. What was committed is safe. DuckDB says: %s"
                            .formatted(file, reason));
        });
    }

    private DuckDBConnection duplicate(DuckDBConnection connection) {
        requireState();
        try {
            return connection.duplicate();
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }
}
