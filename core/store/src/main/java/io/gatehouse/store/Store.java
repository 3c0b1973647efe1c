package io.gatehouse.store;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Resources;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.database.Compaction;
import io.gatehouse.store.database.DatabaseFailure;
import io.gatehouse.store.database.DatabaseFile;
import io.gatehouse.store.database.Doors;
import io.gatehouse.store.database.MemoryRetry;
import io.gatehouse.store.database.OpenDatabase;
import io.gatehouse.store.database.Transaction;
import io.gatehouse.store.query.QueryHistory;
import io.gatehouse.store.query.SavedQueries;
import io.gatehouse.store.run.Committed;
import io.gatehouse.store.run.QuestionRegister;
import io.gatehouse.store.run.QuestionRow;
import io.gatehouse.store.run.RunCatalog;
import io.gatehouse.store.run.RunDefinition;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.run.RunRegister;
import io.gatehouse.store.run.RunSummary;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.transfer.Export;
import io.gatehouse.store.transfer.ExportListener;
import io.gatehouse.store.transfer.ExportSummary;
import io.gatehouse.store.transfer.ExportedDirectory;
import io.gatehouse.store.transfer.ImportedRun;
import io.gatehouse.store.transfer.RunImport;
import io.gatehouse.store.verify.Verification;
import io.gatehouse.store.verify.Verifier;
import io.gatehouse.store.weights.ModelWeights;
import io.gatehouse.store.write.RunWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.duckdb.DuckDBConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One database file, owned by this process as long as the store is open, or the directory of an export, which is only
 * read. Safe for use by several threads; each reader and each run writer belongs to one thread at a time. Readers see
 * whole committed shards only, whatever is being written beside them.
 *
 * <p>DuckDB's doors are shut: no other file, no network, no extension, no change of settings.
 */
public final class Store implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Store.class);

    private final Path file;
    private final OpenDatabase database;
    private final Set<Integer> inWriting = ConcurrentHashMap.newKeySet();
    private final RunCatalog catalog;
    private final SavedQueries savedQueries;
    private final QueryHistory queryHistory;
    private final ModelWeights modelWeights;

    private Store(Path file, OpenDatabase database) {
        this.file = file;
        this.database = database;
        this.catalog = new RunCatalog(file, this::reader);
        this.savedQueries = new SavedQueries(file, this::reader, this::writer);
        this.queryHistory = new QueryHistory(file, this::reader, this::writer);
        this.modelWeights = new ModelWeights(file, this::reader, this::writer);
    }

    /**
     * Opens the file, or makes it where there is none.
     *
     * @throws GatehouseException like {@link #open}; FILE_NOT_FOUND if the directory does not exist
     */
    public static Store create(Path file) {
        requireNonNull(file, "file is null");
        if (Files.isDirectory(file)) {
            throw readOnly(file);
        }
        return new Store(file, DatabaseFile.create(file));
    }

    /**
     * Opens a file that exists, or the directory of an export, which can only be read.
     *
     * @throws GatehouseException FILE_NOT_FOUND if it does not, CORRUPT_DATABASE if it is damaged or no database of
     *     ours, INVALID_ARGUMENT if its schema is of another version or a directory is no export, DATABASE_IN_USE if
     *     another process or another store of this one has the file open
     */
    public static Store open(Path file) {
        return open(file, Doors.atOpening());
    }

    /**
     * Like {@link #open(Path)}, for a process that shares its memory with much else.
     *
     * @param memory bytes that DuckDB may take for what it accounts for
     */
    public static Store open(Path file, long memory) {
        return open(file, Doors.atOpening(memory));
    }

    private static Store open(Path file, Properties atOpening) {
        requireNonNull(file, "file is null");
        return new Store(
                file,
                Files.isDirectory(file)
                        ? ExportedDirectory.open(file, atOpening)
                        : DatabaseFile.open(file, List.of(), atOpening));
    }

    /** Whether this is the directory of an export, in which nothing can be written. */
    public boolean isReadOnly() {
        return database.readOnly();
    }

    /** The database file, or the directory of the export. */
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
     * @throws GatehouseException RUN_EXISTS if a run of this name is there, or an imported one that is named like the
     *     quiz; INVALID_ARGUMENT if a question differs from the one that the file holds under the same task, subject and
     *     ordinal, or is listed twice
     */
    public RunWriter startRun(RunDescription run, List<QuestionRow> questions) {
        return startRun(run, questions, Map.of());
    }

    /**
     * Like {@link #startRun(RunDescription, List)}, for a run that may have to be resumed.
     *
     * @param more what decides what the run computes and keeps, beside description and questions: property and value
     */
    public RunWriter startRun(RunDescription run, List<QuestionRow> questions, Map<String, String> more) {
        return MemoryRetry.get(() -> openRun(run, questions, more, false));
    }

    /**
     * Goes on with an unfinished run, whatever ended it: its committed shards are counted as written.
     *
     * @throws GatehouseException RUN_NOT_FOUND if there is none of this name; RUN_EXISTS if it is complete, was begun
     *     with another definition, or is being written in this process
     */
    public RunWriter resumeRun(RunDescription run, List<QuestionRow> questions, Map<String, String> more) {
        return MemoryRetry.get(() -> openRun(run, questions, more, true));
    }

    /**
     * Puts a run that another engine recorded into the file, wholly or not at all, and returns its number.
     *
     * @throws GatehouseException RUN_EXISTS if a run or a quiz of its name is there; INSUFFICIENT_DISK, OUT_OF_MEMORY
     */
    public synchronized int importRun(ImportedRun run, String gatehouseVersion) {
        requireNonNull(run, "run is null");
        try (DuckDBConnection writer = writer()) {
            return new RunImport(file, writer, run).write(gatehouseVersion);
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    private synchronized RunWriter openRun(
            RunDescription run, List<QuestionRow> questions, Map<String, String> more, boolean resumed) {
        requireNonNull(run, "run is null");
        List<QuestionRow> rows = List.copyOf(questions);
        RunDefinition definition = RunDefinition.of(run, rows, more);
        DuckDBConnection writer = writer();
        try (Transaction transaction = Transaction.begin(writer)) {
            RunRegister register = new RunRegister(file, writer);
            int runId = resumed ? register.resume(run, definition) : register.insert(run, definition, rows.size());
            int[] questionIds = QuestionRegister.read(writer, run.task()).register(rows);
            Committed committed = resumed ? Committed.read(writer, runId) : Committed.nothing();
            transaction.commit();
            if (!inWriting.add(runId)) {
                throw new GatehouseException(
                        ErrorCode.RUN_EXISTS, "Run \"%s\" of %s is being written.".formatted(run.name(), file));
            }
            return new RunWriter(file, writer, runId, run, rows, questionIds, committed, () -> inWriting.remove(runId));
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
        return catalog.runs();
    }

    /** The run of the name, if the file holds it. */
    public Optional<RunSummary> findRun(String name) {
        return catalog.find(requireNonNull(name, "name is null"));
    }

    /**
     * The run of the name.
     *
     * @throws GatehouseException RUN_NOT_FOUND
     */
    public RunSummary run(String name) {
        return catalog.run(requireNonNull(name, "name is null"));
    }

    /**
     * The mean over subjects of the share of right answers of a run, 0 to 1: every subject counts the same, however many
     * questions it has. Empty where nothing is answered.
     */
    public OptionalDouble meanAccuracyOfSubjects(int runId) {
        return catalog.meanAccuracyOfSubjects(runId);
    }

    /** What decides what a run computes and keeps, by property: the same for every try of it. */
    public Map<String, String> definition(int runId) {
        return catalog.definition(runId);
    }

    /**
     * The experts of a run that never fired at the tokens of the scope, by layer: none in a layer that used all, and no
     * layer of which the run does not say it.
     */
    public SortedMap<Integer, List<Integer>> unusedExperts(int runId, Scope scope) {
        return catalog.unusedExperts(runId, scope);
    }

    /** The queries that were kept in the file under a name. */
    public SavedQueries savedQueries() {
        return savedQueries;
    }

    /** What servers were asked about the file. An export has none of it. */
    public QueryHistory queryHistory() {
        return queryHistory;
    }

    /** What the weights of the runs' checkpoints say of themselves. */
    public ModelWeights modelWeights() {
        return modelWeights;
    }

    /** Size of the file, or of all files of the export. */
    public long bytes() {
        try (Stream<Path> paths = Files.walk(file)) {
            long bytes = 0;
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(path);
            }
            return bytes;
        } catch (IOException e) {
            throw new GatehouseException(ErrorCode.FILE_NOT_FOUND, "%s cannot be read.".formatted(file), e);
        }
    }

    /** Checks the whole file, as it is at one moment; reads all of it. */
    public Verification verify() {
        try (Connection reader = reader();
                Transaction moment = Transaction.begin(reader)) {
            Verification verification = new Verifier(reader).verify(RunCatalog.runs(reader));
            moment.commit();
            return verification;
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    /**
     * Deletes a run wholly, and the questions of its quiz if no other run has it. The file keeps its size until it is
     * compacted, but new runs use the space.
     *
     * @throws GatehouseException RUN_NOT_FOUND; RUN_EXISTS if the run is being written
     */
    public synchronized void deleteRun(String name) {
        requireWritable();
        RunSummary run = run(name);
        if (inWriting.contains(run.runId())) {
            throw new GatehouseException(
                    ErrorCode.RUN_EXISTS, "Run \"%s\" of %s is being written.".formatted(name, file));
        }
        try (DuckDBConnection writer = writer()) {
            try (Transaction transaction = Transaction.begin(writer);
                    Statement statement = writer.createStatement()) {
                statement.execute(Resources.text(Store.class, "delete_run.sql").replace("$1", String.valueOf(run.runId())));
                transaction.commit();
            }
            checkpoint(writer);
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    /** Moves what the log holds into the file. DuckDB does not while somebody reads; what is done then stays done. */
    private void checkpoint(DuckDBConnection writer) {
        try (Statement statement = writer.createStatement()) {
            statement.execute("CHECKPOINT");
        } catch (SQLException e) {
            LOG.debug("{} is not checkpointed", file, e);
        }
    }

    /**
     * Writes a file anew without the space that deleted runs left.
     *
     * @throws GatehouseException like {@link #open}; INSUFFICIENT_DISK
     */
    public static void compact(Path file) {
        requireNonNull(file, "file is null");
        if (Files.isDirectory(file)) {
            throw readOnly(file);
        }
        new Compaction(file).run();
    }

    /**
     * Writes a file as a directory of Parquet files, {@code TABLE/run_id=…/shard=…/}, that {@link #open} takes.
     *
     * @param directory a new or an empty one
     * @throws GatehouseException like {@link #open}; INVALID_ARGUMENT if something is in the directory,
     *     INSUFFICIENT_DISK, CANCELLED_BY_USER if the listener says so; the directory is then as it was
     */
    public static ExportSummary export(Path file, Path directory, ExportListener listener) {
        requireNonNull(file, "file is null");
        requireNonNull(directory, "directory is null");
        requireNonNull(listener, "listener is null");
        return new Export(file, directory, listener).run();
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

    /** A connection of its own to write through. */
    private DuckDBConnection writer() {
        requireWritable();
        return duplicate(database.writing());
    }

    private void requireWritable() {
        if (isReadOnly()) {
            throw readOnly(file);
        }
    }

    private static GatehouseException readOnly(Path directory) {
        return new GatehouseException(
                ErrorCode.INVALID_ARGUMENT,
                "%s is a directory, and exported directories are read-only: name the database file, or a new one."
                        .formatted(directory));
    }

    private DuckDBConnection duplicate(DuckDBConnection connection) {
        try {
            return connection.duplicate();
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    private static void close(DuckDBConnection writer) {
        try {
            writer.close();
        } catch (SQLException e) {
            // The error that brought us here says more.
        }
    }
}
