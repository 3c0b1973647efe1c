package io.gatehouse.store;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.duckdb.DuckDBConnection;

/**
 * One database file, owned by this process as long as the store is open. Safe for use by several threads; each reader
 * and each run writer belongs to one thread at a time. Readers see whole committed shards only, whatever is being
 * written beside them.
 *
 * <p>DuckDB's doors are shut: no other file, no network, no extension, no change of settings.
 */
public final class Store implements AutoCloseable {
    /** Version of the schema that this class writes and reads. */
    public static final int SCHEMA_VERSION = 2;

    private final Path file;
    private final DatabaseFile database;

    private Store(Path file, DatabaseFile database) {
        this.file = file;
        this.database = database;
    }

    /**
     * Opens the file, or makes it where there is none.
     *
     * @throws GatehouseException like {@link #open}; FILE_NOT_FOUND if the directory does not exist
     */
    public static Store create(Path file) {
        requireNonNull(file, "file is null");
        return new Store(file, DatabaseFile.create(file));
    }

    /**
     * Opens a file that exists.
     *
     * @throws GatehouseException FILE_NOT_FOUND if it does not, CORRUPT_DATABASE if it is damaged or no database of
     *     ours, INVALID_ARGUMENT if its schema is of another version, DATABASE_IN_USE if another process or another
     *     store of this one has it open
     */
    public static Store open(Path file) {
        requireNonNull(file, "file is null");
        return new Store(file, DatabaseFile.open(file));
    }

    /** The database file. */
    public Path file() {
        return file;
    }

    /**
     * A connection of its own for queries, which the caller closes; until then the file stays locked, even after
     * {@link #close}. Start with {@code BEGIN TRANSACTION READ ONLY}: DuckDB then refuses every write, and all
     * statements up to the {@code COMMIT} see the same state of the file.
     */
    public Connection reader() {
        return duplicate(database.reading());
    }

    /**
     * Registers a run and its questions in the order given. Questions that the file holds already keep their ids.
     *
     * @throws GatehouseException RUN_EXISTS if a run of this name is there; INVALID_ARGUMENT if a question differs from
     *     the one that the file holds under the same task, subject and ordinal, or is listed twice
     */
    public synchronized RunWriter startRun(RunDescription run, List<QuestionRow> questions) {
        requireNonNull(run, "run is null");
        List<QuestionRow> rows = List.copyOf(questions);
        DuckDBConnection writer = duplicate(database.writing());
        try (Transaction transaction = Transaction.begin(writer)) {
            refuseSecondRun(writer, run.name());
            int[] questionIds = QuestionRegister.read(writer, run.task()).register(rows);
            int runId = insertRun(writer, run, rows.size());
            transaction.commit();
            return new RunWriter(file, writer, runId, run, rows, questionIds);
        } catch (SQLException e) {
            close(writer);
            throw DatabaseFailure.using(file, e);
        } catch (RuntimeException e) {
            close(writer);
            throw e;
        }
    }

    /** The runs of the file in the order they were started. */
    public List<RunSummary> runs() {
        try (Connection reader = reader();
                Statement statement = reader.createStatement();
                ResultSet rows = statement.executeQuery(SqlFile.read("list_runs.sql"))) {
            List<RunSummary> runs = new ArrayList<>();
            while (rows.next()) {
                runs.add(new RunSummary(
                        rows.getInt("run_id"),
                        rows.getString("name"),
                        rows.getString("model"),
                        rows.getString("task"),
                        Scope.of(rows.getString("scope")),
                        RunStatus.of(rows.getString("status")),
                        rows.getInt("questions"),
                        rows.getInt("answered"),
                        rows.getInt("correct"),
                        instant(rows, "started_at").orElseThrow(),
                        instant(rows, "finished_at")));
            }
            return runs;
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    /** Closes the store. Readers and run writers that are still open go on until they are closed. */
    @Override
    public void close() {
        try {
            database.close();
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

    private void refuseSecondRun(DuckDBConnection writer, String name) throws SQLException {
        try (PreparedStatement statement = writer.prepareStatement("SELECT status FROM runs WHERE name = ?")) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                if (rows.next()) {
                    throw new GatehouseException(
                            ErrorCode.RUN_EXISTS,
                            "%s holds a run named \"%s\" already (%s): give the new one another name."
                                    .formatted(file, name, rows.getString(1)));
                }
            }
        }
    }

    private static int insertRun(DuckDBConnection writer, RunDescription run, int questions) throws SQLException {
        try (PreparedStatement insert = writer.prepareStatement(SqlFile.read("insert_run.sql"))) {
            insert.setString(1, run.name());
            insert.setString(2, run.model());
            insert.setString(3, run.fingerprint());
            insert.setString(4, run.architecture());
            insert.setInt(5, run.layers());
            insert.setInt(6, run.experts());
            insert.setInt(7, run.topK());
            insert.setString(8, run.task());
            insert.setString(9, run.promptFormat());
            insert.setInt(10, run.shots());
            insert.setString(11, run.scope().id());
            insert.setString(12, run.precisionPlan());
            insert.setString(13, run.device());
            insert.setInt(14, questions);
            insert.setObject(15, LocalDateTime.now(ZoneOffset.UTC));
            insert.setString(16, run.gatehouseVersion());
            try (ResultSet inserted = insert.executeQuery()) {
                inserted.next();
                return inserted.getInt(1);
            }
        }
    }

    private static Optional<Instant> instant(ResultSet rows, String column) throws SQLException {
        LocalDateTime time = rows.getObject(column, LocalDateTime.class);
        return Optional.ofNullable(time).map(value -> value.toInstant(ZoneOffset.UTC));
    }

    private static void close(DuckDBConnection writer) {
        try {
            writer.close();
        } catch (SQLException e) {
            // The error that brought us here says more.
        }
    }
}
