package io.gatehouse.store;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Resources;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.database.Compaction;
import io.gatehouse.store.database.DatabaseFailure;
import io.gatehouse.store.database.DatabaseFile;
import io.gatehouse.store.database.Lockdown;
import io.gatehouse.store.database.MemoryRetry;
import io.gatehouse.store.database.OpenDatabase;
import io.gatehouse.store.database.SmallQuery;
import io.gatehouse.store.database.Transaction;
import io.gatehouse.store.note.ExpertNotes;
import io.gatehouse.store.query.QueryHistory;
import io.gatehouse.store.query.SavedQueries;
import io.gatehouse.store.run.Ledger;
import io.gatehouse.store.run.Ledger.CommittedWork;
import io.gatehouse.store.run.QuestionRegister;
import io.gatehouse.store.run.QuestionRow;
import io.gatehouse.store.run.RunCatalog;
import io.gatehouse.store.run.RunDefinition;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.run.RunEdit;
import io.gatehouse.store.run.RunRegister;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.RunSummary;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.transfer.CountsInsert;
import io.gatehouse.store.transfer.Export;
import io.gatehouse.store.transfer.ExportListener;
import io.gatehouse.store.transfer.ExportSummary;
import io.gatehouse.store.transfer.ExportedDirectory;
import io.gatehouse.store.transfer.GrowingRun;
import io.gatehouse.store.transfer.ImportedQuestions;
import io.gatehouse.store.transfer.ImportedRun;
import io.gatehouse.store.transfer.SequenceShards;
import io.gatehouse.store.verify.Verification;
import io.gatehouse.store.verify.Verifier;
import io.gatehouse.store.weights.ModelWeights;
import io.gatehouse.store.write.RunWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
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

/**
 * One database file, owned by this process as long as the store is open, or the directory of an export, which is only
 * read. Safe for use by several threads; each reader and each run writer belongs to one thread at a time. Readers see
 * whole committed shards only, whatever is being written beside them.
 *
 * <p>DuckDB is locked down: no other file, no network, no extension, no change of settings but of a few that
 * statements of Gatehouse itself need.
 */
public final class Store implements AutoCloseable {

    private final Path file;
    private final OpenDatabase database;
    private final Set<Integer> runsBeingWritten = ConcurrentHashMap.newKeySet();
    private final RunCatalog catalog;
    private final SavedQueries savedQueries;
    private final QueryHistory queryHistory;
    private final ExpertNotes expertNotes;
    private final ModelWeights modelWeights;

    private Store(Path file, OpenDatabase database) {
        this.file = file;
        this.database = database;
        this.catalog = new RunCatalog(file, database);
        this.savedQueries = new SavedQueries(database);
        this.queryHistory = new QueryHistory(database);
        this.expertNotes = new ExpertNotes(database);
        this.modelWeights = new ModelWeights(file, database);
    }

    /**
     * Opens the file, or makes it where there is none.
     *
     * @throws GatehouseException like {@link #open}; FILE_NOT_FOUND if the directory does not exist
     */
    public static Store create(Path file) {
        requireFile(file);
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
        return open(file, Lockdown.settings());
    }

    /**
     * Like {@link #open(Path)}, for a process that needs much memory for other things.
     *
     * @param memory bytes that DuckDB may take for what it accounts for
     */
    public static Store open(Path file, long memory) {
        return open(file, Lockdown.settings(memory));
    }

    private static Store open(Path file, Properties settings) {
        requireNonNull(file, "file is null");
        return new Store(
                file,
                Files.isDirectory(file)
                        ? ExportedDirectory.open(file, settings)
                        : DatabaseFile.open(file, List.of(), settings));
    }

    /** Whether this is the directory of an export, in which nothing can be written. */
    public boolean isReadOnly() {
        return database.isReadOnly();
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
        return database.reader();
    }

    /**
     * Limits the memory that an operator of a query collects, on readers that are opened from now on, so that statements end
     * soon after they are interrupted.
     *
     * @param bytes the memory of an operator, all threads together
     */
    public void limitOperators(long bytes) {
        database.limitOperators(bytes);
    }

    /**
     * Registers a run and its questions in the order given. Questions that the file holds already keep their ids.
     *
     * @throws GatehouseException RUN_EXISTS if a run of this name is there, or an imported one that is named like the
     *     quiz; INVALID_ARGUMENT if a question differs from the one that the file holds under the same quiz, subject and
     *     ordinal, or is listed twice
     */
    public RunWriter startRun(RunDescription run, List<QuestionRow> questions) {
        return startRun(run, questions, Map.of());
    }

    /**
     * Like {@link #startRun(RunDescription, List)}, for a run that may have to be resumed. A quiz whose questions the file
     * has under another name takes that name.
     *
     * @param more further properties that determine what the run computes and keeps
     */
    public RunWriter startRun(RunDescription run, List<QuestionRow> questions, Map<String, String> more) {
        return MemoryRetry.get(() -> openRun(run, questions, more, false));
    }

    /**
     * Resumes an unfinished run, whatever ended it: its committed shards count as written.
     *
     * @throws GatehouseException RUN_NOT_FOUND if there is none of this name; RUN_EXISTS if it is complete, was begun
     *     with another definition, or is being written in this process
     */
    public RunWriter resumeRun(RunDescription run, List<QuestionRow> questions, Map<String, String> more) {
        return MemoryRetry.get(() -> openRun(run, questions, more, true));
    }

    private synchronized RunWriter openRun(
            RunDescription given, List<QuestionRow> questions, Map<String, String> more, boolean resumed) {
        requireNonNull(given, "given is null");
        List<QuestionRow> rows = List.copyOf(questions);
        DuckDBConnection writer = database.writer();
        try (Transaction transaction = database.begin(writer)) {
            RunDescription run = given.withQuiz(QuestionRegister.nameOfQuiz(writer, given.quiz(), rows));
            RunDefinition definition = RunDefinition.of(run, rows, more);
            RunRegister register = new RunRegister(file, writer);
            int runId = resumed ? register.resume(run, definition) : register.insert(run, definition, rows.size());
            int[] questionIds = QuestionRegister.read(writer, run.quiz()).register(rows);
            CommittedWork committed = resumed ? new Ledger(writer, runId).read() : CommittedWork.nothing();
            transaction.commit();
            if (!runsBeingWritten.add(runId)) {
                throw beingWritten(run.name());
            }
            return new RunWriter(
                    file,
                    database::begin,
                    writer,
                    runId,
                    run,
                    rows,
                    questionIds,
                    committed,
                    () -> runsBeingWritten.remove(runId),
                    true);
        } catch (SQLException e) {
            close(writer);
            throw DatabaseFailure.using(file, e);
        } catch (RuntimeException e) {
            close(writer);
            throw e;
        }
    }

    /**
     * Adds a run that another engine recorded, and returns its number. Its shards are written as they are read, and all
     * belong to one transaction: the run is in the file wholly or not at all.
     *
     * @throws GatehouseException RUN_EXISTS if a run or a quiz of its name is there; INSUFFICIENT_DISK, OUT_OF_MEMORY; if its
     *     questions are those of another run, as {@link ImportedQuestions#find}
     */
    public synchronized int importRun(ImportedRun run, String gatehouseVersion) {
        requireNonNull(run, "run is null");
        return database.write(connection -> {
            ImportedQuestions questions = run.questionsOf().isPresent()
                    ? ImportedQuestions.find(connection, run.questionsOf().get(), run.questions())
                    : ImportedQuestions.add(connection, file, run.name(), run.questions());
            RunDescription description = run.description(questions.quiz(), gatehouseVersion);
            RunDefinition definition = RunDefinition.of(description, questions.rows(), run.provenance());
            int runId = new RunRegister(file, connection)
                    .insertOfQuiz(description, definition, questions.rows().size());
            if (run.step().isPresent()) {
                SmallQuery.update(
                        connection,
                        Resources.text(ImportedRun.class, "import_step.sql"),
                        run.step().getAsLong(),
                        runId);
            }
            try (RunWriter writer =
                    RunWriter.within(file, connection, runId, description, questions.rows(), questions.numbers())) {
                if (run.counts().isEmpty()) {
                    SequenceShards.write(run, description, writer);
                } else {
                    CountsInsert.insert(connection, runId, run.counts());
                }
                writer.finish(RunStatus.COMPLETE);
            }
            return runId;
        });
    }

    /**
     * Begins a run that another engine records while it computes, or continues one. Its sequences can be queried as soon as
     * they are added.
     *
     * @throws GatehouseException RUN_EXISTS if a run of its name is there that was not begun so, or with other settings, or
     *     that is being written
     */
    public GrowingRun growRun(RunDescription run) {
        requireNonNull(run, "run is null");
        return GrowingRun.open(file, run, new Exclusive(), runId -> {
            if (!runsBeingWritten.add(runId)) {
                throw beingWritten(run.name());
            }
            return () -> runsBeingWritten.remove(runId);
        });
    }

    /** Transactions while no other run is registered: numbers of runs and of questions follow those in the file. */
    private final class Exclusive implements GrowingRun.Changes {
        @Override
        public <T> T make(OpenDatabase.Work<T> work) {
            synchronized (Store.this) {
                return database.write(work);
            }
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
     * The mean over subjects of the share of correct answers of a run, 0 to 1: every subject counts the same, however
     * many questions it has. Empty where nothing is answered.
     */
    public OptionalDouble meanAccuracyOfSubjects(int runId) {
        return catalog.meanAccuracyOfSubjects(runId);
    }

    /** The properties that determine what a run computes and keeps: the same for every try of it. */
    public Map<String, String> definition(int runId) {
        return catalog.definition(runId);
    }

    /**
     * The experts of a run that never fired at the tokens of the scope, by layer. The list is empty for a layer that used
     * all of its experts; layers for which the run does not record it are missing.
     */
    public SortedMap<Integer, List<Integer>> unusedExperts(int runId, Scope scope) {
        return catalog.unusedExperts(runId, scope);
    }

    /**
     * The experts of each layer that fired most at the tokens of the scope, of equal ones those with the lower number.
     * Layers for which the run does not record it are missing.
     *
     * @param count number of experts of each layer
     */
    public SortedMap<Integer, List<Integer>> mostUsedExperts(int runId, Scope scope, int count) {
        return catalog.mostUsedExperts(runId, scope, count);
    }

    /** The queries that were saved in the file under a name. */
    public SavedQueries savedQueries() {
        return savedQueries;
    }

    /** The queries that servers answered from the file. An export has none. */
    public QueryHistory queryHistory() {
        return queryHistory;
    }

    /** The notes that people wrote on experts. */
    public ExpertNotes expertNotes() {
        return expertNotes;
    }

    /** How large and how alike the weights of the runs' checkpoints are. */
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
        return database.read(reader -> {
            try (Transaction moment = Transaction.begin(reader)) {
                Verification verification = new Verifier(reader).verify(RunCatalog.runs(reader));
                moment.commit();
                return verification;
            }
        });
    }

    /**
     * Deletes a run wholly, and the questions of its quiz if no other run has it. The file keeps its size until it is
     * compacted, but new runs use the space.
     *
     * @throws GatehouseException RUN_NOT_FOUND; RUN_EXISTS if the run is being written
     */
    public synchronized void deleteRun(String name) {
        database.requireWritable();
        RunSummary run = run(name);
        if (runsBeingWritten.contains(run.runId())) {
            throw beingWritten(name);
        }
        database.write(connection -> {
            new RunRegister(file, connection).delete(run.runId());
            return run;
        });
        database.checkpoint();
    }

    /**
     * Changes the name, the note or the tags of a run. An unfinished run is resumed under its new name.
     *
     * @throws GatehouseException RUN_NOT_FOUND; RUN_EXISTS if the run is being written or another one has the new name
     */
    public synchronized RunSummary editRun(String name, RunEdit edit) {
        requireNonNull(edit, "edit is null");
        database.requireWritable();
        RunSummary run = run(name);
        if (runsBeingWritten.contains(run.runId())) {
            throw beingWritten(name);
        }
        database.write(connection -> {
            new RunRegister(file, connection).edit(run, edit);
            return run;
        });
        return run(edit.name().orElse(name));
    }

    /**
     * Writes a file anew without the space that deleted runs left.
     *
     * @throws GatehouseException like {@link #open}; INSUFFICIENT_DISK
     */
    public static void compact(Path file) {
        requireFile(file);
        new Compaction(file).run();
    }

    /**
     * Writes a file as a directory of Parquet files, {@code TABLE/run_id=…/shard=…/}, that {@link #open} takes.
     *
     * @param directory a new or an empty one
     * @throws GatehouseException like {@link #open}; INVALID_ARGUMENT if something is in the directory,
     *     INSUFFICIENT_DISK, CANCELLED_BY_USER if the listener asks for it; the directory is then as it was
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
        database.close();
    }

    private static void requireFile(Path file) {
        requireNonNull(file, "file is null");
        if (Files.isDirectory(file)) {
            throw OpenDatabase.readOnly(file);
        }
    }

    private GatehouseException beingWritten(String run) {
        return new GatehouseException(ErrorCode.RUN_EXISTS, "Run \"%s\" of %s is being written.".formatted(run, file));
    }

    private static void close(DuckDBConnection writer) {
        try {
            writer.close();
        } catch (SQLException e) {
            // The error that brought us here says more.
        }
    }
}
