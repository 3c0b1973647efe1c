package io.gatehouse.store.transfer;

import static java.util.Objects.requireNonNull;

import io.gatehouse.duckdb.ForeignParquet;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.database.DatabaseFailure;
import io.gatehouse.store.database.DatabaseFile;
import io.gatehouse.store.database.OpenDatabase;
import io.gatehouse.store.run.Ledger;
import io.gatehouse.store.run.QuestionRegister;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.schema.StoredTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.duckdb.DuckDBConnection;

/**
 * The runs and questions of a directory of Parquet files, in a database file of its own, which has no shards. Runs that
 * several machines are computing are among them. Runs start and end here, and their files are then written to the
 * directory.
 */
public final class DirectoryRegister {
    /** Folder of the files that an unfinished run needs to be resumed; readers of the directory ignore it. */
    public static final String UNFINISHED = StoredTable.UNFINISHED;

    /** Folder whose folders are named after the committed shards of each run. */
    public static final String LEDGER = StoredTable.LEDGER;

    /** Folder by which a directory of ours is recognised. */
    public static final String VERSION = StoredTable.VERSION;

    /** The dataset card, by which Hugging Face's library finds the relations. */
    public static final String CARD = DatasetCard.FILE;

    private static final String QUESTIONS = "questions";

    /** In the order in which they are published: the attributes of a question are there before the question is. */
    private static final List<String> OF_QUESTIONS = List.of("question_attributes", QUESTIONS);

    /** In the order in which they are published: a run is there when its row of the last table is. */
    private static final List<String> RUNS = List.of("run_definitions", "layers", StoredTable.RUNS);

    private final Path file;
    private final int lastQuestion;

    private DirectoryRegister(Path file, int lastQuestion) {
        this.file = file;
        this.lastQuestion = lastQuestion;
    }

    /** Returns the folders that a register is read from. */
    public static List<String> folders() {
        return Stream.of(
                        Stream.of(VERSION, QUESTIONS),
                        RUNS.stream(),
                        RUNS.stream().map(folder -> UNFINISHED + "/" + folder))
                .flatMap(folders -> folders)
                .toList();
    }

    /**
     * Reads a directory.
     *
     * @param copy a local copy of its {@link #folders}, as far as there are any
     * @param file where to make the register
     * @throws GatehouseException INVALID_ARGUMENT if the directory was written with another schema, CORRUPT_DATABASE if
     *     one of its files cannot be read
     */
    public static DirectoryRegister read(Path copy, Path file) {
        requireNonNull(copy, "copy is null");
        try {
            DatabaseFile.create(file).close();
            return fill(copy, file);
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    private static DirectoryRegister fill(Path copy, Path file) throws SQLException {
        try (OpenDatabase database = DatabaseFile.open(file, List.of(copy));
                DuckDBConnection connection = database.writer();
                Statement statement = connection.createStatement()) {
            if (Files.isDirectory(copy.resolve(VERSION))) {
                ExportedDirectory.requireSameSchema(copy, copy, statement);
            }
            for (StoredTable table : StoredTable.exported()) {
                if (table.name().equals(QUESTIONS)) {
                    read(table, copy, "", statement);
                } else if (RUNS.contains(table.name())) {
                    read(table, copy, "", statement);
                    // A run that has just ended may still be there as an unfinished one, too.
                    String unread = " WHERE f.run_id NOT IN (SELECT run_id FROM %s)".formatted(table.name());
                    read(table, copy.resolve(UNFINISHED), unread, statement);
                }
            }
            return new DirectoryRegister(file, QuestionRegister.lastId(connection));
        }
    }

    /** Returns the database file of the register. It must be closed while a method of this class is called. */
    public Path file() {
        return file;
    }

    /** Records that a run has ended. */
    public void end(int runId, RunStatus status) {
        try (OpenDatabase database = DatabaseFile.open(file)) {
            database.write(connection -> {
                new Ledger(connection, runId).finish(status, Optional.empty());
                return status;
            });
        }
    }

    /**
     * Writes the questions that the directory does not have yet, and returns the names of the files. Files of earlier
     * questions stay as they are: none is ever written a second time.
     *
     * @param directory a local one
     */
    public List<String> writeQuestions(Path directory) {
        Map<String, String> queries = new LinkedHashMap<>();
        for (String table : hasNewQuestions() ? OF_QUESTIONS : List.<String>of()) {
            queries.put(
                    "%s/from-%s.parquet".formatted(table, lastQuestion + 1),
                    "SELECT * FROM %s WHERE question_id > %s ORDER BY question_id".formatted(table, lastQuestion));
        }
        return write(queries, directory);
    }

    /** Writes the rows about a run, and returns the names of the files in the order in which to publish them. */
    public List<String> writeRun(int runId, Path directory) {
        Map<String, String> queries = new LinkedHashMap<>();
        for (String table : RUNS) {
            queries.put(
                    "%s/run_id=%s/data.parquet".formatted(table, runId),
                    "SELECT * EXCLUDE (run_id) FROM %s WHERE run_id = %s".formatted(table, runId));
        }
        return write(queries, directory);
    }

    /** Writes the version of the schema, and returns the names of the files. */
    public List<String> writeVersion(Path directory) {
        return write(Map.of(VERSION + "/data.parquet", "SELECT * FROM " + VERSION), directory);
    }

    /** Whether a file is a dataset card that may be replaced, and not a user's own text. */
    public static boolean isReplaceableCard(String text) {
        return DatasetCard.isReplaceable(text);
    }

    /**
     * Writes the dataset card of the directory, and returns the names of the files, none if the directory shows no run.
     *
     * @param folders the folders that are there, of tables and of their runs
     * @param local where to write it
     */
    public List<String> writeCard(Set<String> folders, Path local) {
        try (OpenDatabase database = DatabaseFile.open(file)) {
            Optional<String> card = database.read(connection -> DatasetCard.of(connection, folders));
            if (card.isEmpty()) {
                return List.of();
            }
            Files.writeString(local.resolve(CARD), card.get());
            return List.of(CARD);
        } catch (IOException e) {
            throw FileFailure.writing(local, e);
        }
    }

    private boolean hasNewQuestions() {
        try (OpenDatabase database = DatabaseFile.open(file)) {
            return database.read(QuestionRegister::lastId) > lastQuestion;
        }
    }

    /**
     * Writes a file for each query, even if it has no rows: the file replaces one that a writer left behind when it was
     * killed.
     *
     * @param queries by the name of their file
     */
    private List<String> write(Map<String, String> queries, Path directory) {
        List<String> names = new ArrayList<>();
        try (OpenDatabase database = DatabaseFile.open(file, List.of(directory));
                DuckDBConnection connection = database.writer();
                Statement statement = connection.createStatement()) {
            for (Map.Entry<String, String> query : queries.entrySet()) {
                Export.write(query.getValue(), directory.resolve(query.getKey()), statement);
                names.add(query.getKey());
            }
            return names;
        } catch (SQLException e) {
            throw DatabaseFailure.using(directory, e);
        } catch (IOException e) {
            throw FileFailure.writing(directory, e);
        }
    }

    /** @param condition on the rows {@code f} to read */
    private static void read(StoredTable table, Path root, String condition, Statement statement) throws SQLException {
        if (!ExportedDirectory.hasFiles(table, root, statement)) {
            return;
        }
        try {
            ForeignParquet.requireReadable(statement.getConnection(), table.pattern(root), ErrorCode.CORRUPT_DATABASE);
            statement.execute("INSERT INTO %s BY NAME %s%s".formatted(table.name(), table.everyRow(root), condition));
        } catch (SQLException e) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATABASE,
                    "Table %s of the directory cannot be read. %s".formatted(table.name(), e.getMessage()),
                    e);
        }
    }
}
