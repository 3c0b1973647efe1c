package io.gatehouse.store.transfer;

import static io.gatehouse.error.ErrorCode.CANCELLED_BY_USER;
import static io.gatehouse.error.ErrorCode.INSUFFICIENT_DISK;
import static io.gatehouse.error.ErrorCode.INVALID_ARGUMENT;
import static java.util.Objects.requireNonNull;

import io.gatehouse.base.DirectoryTree;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.database.DatabaseFailure;
import io.gatehouse.store.database.DatabaseFile;
import io.gatehouse.store.database.OpenDatabase;
import io.gatehouse.store.database.SmallQuery;
import io.gatehouse.store.database.Transaction;
import io.gatehouse.store.schema.SqlText;
import io.gatehouse.store.schema.StoredTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes a database file as a directory of Parquet files: first the facts, a folder per shard; then the tables about runs;
 * then the ledger and the dataset card; and when all of this has reached the disk, the version of the schema, without which
 * the directory does not count as an export. An export that fails deletes what it wrote.
 */
public final class Export {
    private final Path file;
    private final Path directory;
    private final ExportListener listener;

    /** A shard of a run in the ledger. */
    private record LedgerShard(int runId, int shard, int firstQuestion, int lastQuestion) {}

    public Export(Path file, Path directory, ExportListener listener) {
        this.file = file;
        this.directory = directory.toAbsolutePath().normalize();
        this.listener = listener;
    }

    public ExportSummary run() {
        if (Files.isDirectory(file)) {
            throw new GatehouseException(
                    INVALID_ARGUMENT, "%s is a directory: an export is made of a database file.".formatted(file));
        }
        ExportedDirectory.requirePlainName(directory);
        requireFree();
        try (OpenDatabase database = DatabaseFile.open(file, List.of(directory))) {
            boolean made = !Files.exists(directory);
            try {
                Files.createDirectories(directory);
                return write(database);
            } catch (SQLException | IOException | RuntimeException e) {
                remove(made, e);
                throw e;
            }
        } catch (SQLException e) {
            throw failure(DatabaseFailure.using(file, e));
        } catch (IOException e) {
            throw failure(FileFailure.writing(directory, e));
        } catch (UncheckedIOException e) {
            throw failure(FileFailure.writing(directory, e));
        }
    }

    private void requireFree() {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> there = Files.isDirectory(directory) ? Files.list(directory) : Stream.of(directory)) {
            if (there.findAny().isPresent()) {
                throw new GatehouseException(
                        INVALID_ARGUMENT,
                        "%s is not empty: an export goes to a new or empty directory.".formatted(directory));
            }
        } catch (IOException e) {
            throw FileFailure.reading(directory, e);
        }
    }

    private ExportSummary write(OpenDatabase database) throws SQLException, IOException {
        try (Connection reader = database.reader();
                Transaction moment = Transaction.begin(reader);
                Statement statement = reader.createStatement()) {
            List<StoredTable> tables = filled(statement);
            copyShards(tables, statement);
            for (StoredTable table : tables) {
                if (!table.isByShard() && !table.isVersion()) {
                    copy(table, statement);
                }
            }
            for (StoredTable table : tables) {
                if (table.isLedger()) {
                    copyLedger(table, statement);
                }
            }
            writeCard(reader, tables);
            flush();
            for (StoredTable table : tables) {
                if (table.isVersion()) {
                    copy(table, statement);
                }
            }
            flush();
            ExportSummary summary = summary(
                    ints("SELECT run_id FROM runs", statement).size(),
                    shards(statement).size());
            moment.commit();
            return summary;
        }
    }

    /** Returns the tables that have rows. */
    static List<StoredTable> filled(Statement statement) throws SQLException {
        List<StoredTable> filled = new ArrayList<>();
        for (StoredTable table : StoredTable.exported()) {
            if (SmallQuery.number(
                            statement.getConnection(),
                            "SELECT count(*) FROM (SELECT 1 FROM %s LIMIT 1)".formatted(table.name()))
                    > 0) {
                filled.add(table);
            }
        }
        return filled;
    }

    private void copyShards(List<StoredTable> tables, Statement statement) throws SQLException, IOException {
        List<LedgerShard> shards = shards(statement);
        for (int i = 0; i < shards.size(); i++) {
            for (StoredTable table : tables) {
                if (table.isByShard() && !table.isLedger()) {
                    copy(table, shards.get(i), statement);
                }
            }
            listener.progress(i + 1, shards.size());
            if (listener.cancelled()) {
                throw new GatehouseException(
                        CANCELLED_BY_USER, "The export was stopped; %s is as it was.".formatted(directory));
            }
        }
    }

    private static List<LedgerShard> shards(Statement statement) throws SQLException {
        return SmallQuery.list(
                statement.getConnection(),
                """
                SELECT run_id, shard, coalesce(list_min(question_ids), 0), coalesce(list_max(question_ids), 0)
                FROM run_shards ORDER BY run_id, shard""",
                row -> new LedgerShard(row.getInt(1), row.getInt(2), row.getInt(3), row.getInt(4)));
    }

    /** The range of the questions lets DuckDB find the rows of the shard without reading all others. */
    private void copy(StoredTable table, LedgerShard shard, Statement statement) throws SQLException, IOException {
        copy(
                """
                SELECT %s FROM %s WHERE run_id = %s AND question_id BETWEEN %s AND %s AND question_id IN (
                    SELECT unnest(question_ids) FROM run_shards WHERE run_id = %3$d AND shard = %6$d)""".formatted(
                                table.inFiles(),
                                table.name(),
                                shard.runId,
                                shard.firstQuestion,
                                shard.lastQuestion,
                                shard.shard),
                table.folder(directory, shard.runId, shard.shard),
                statement);
    }

    private void copyLedger(StoredTable ledger, Statement statement) throws SQLException, IOException {
        for (LedgerShard shard : shards(statement)) {
            copy(
                    "SELECT %s FROM %s WHERE run_id = %s AND shard = %s"
                            .formatted(ledger.inFiles(), ledger.name(), shard.runId, shard.shard),
                    ledger.folder(directory, shard.runId, shard.shard),
                    statement);
        }
    }

    /** Copies a table that is not divided by shard. */
    private void copy(StoredTable table, Statement statement) throws SQLException, IOException {
        String query = "SELECT %s FROM %s".formatted(table.inFiles(), table.name());
        if (!table.isByRun()) {
            copy(query, table.folder(directory, 0, 0), statement);
            return;
        }
        String runs = "SELECT DISTINCT run_id FROM %s ORDER BY run_id".formatted(table.name());
        for (int runId : ints(runs, statement)) {
            copy(query + " WHERE run_id = " + runId, table.folder(directory, runId, 0), statement);
        }
    }

    /** Writes the rows of a query as the file of a folder. */
    static void copy(String query, Path folder, Statement statement) throws SQLException, IOException {
        write(query, folder.resolve("data.parquet"), statement);
    }

    /** Writes the rows of a query as a Parquet file, and creates its folders. */
    static void write(String query, Path parquet, Statement statement) throws SQLException, IOException {
        Files.createDirectories(requireNonNull(parquet.getParent()));
        statement.execute(
                "COPY (%s) TO '%s' (FORMAT parquet, COMPRESSION zstd)".formatted(query, SqlText.quoted(parquet)));
    }

    private void writeCard(Connection reader, List<StoredTable> tables) throws SQLException, IOException {
        Optional<String> card = DatasetCard.of(reader, folders(tables));
        if (card.isPresent()) {
            Files.writeString(directory.resolve(DatasetCard.FILE), card.get());
        }
    }

    /** The folders of tables and of their runs; those of the version, which is yet to come, included. */
    private Set<String> folders(List<StoredTable> tables) throws IOException {
        Set<String> folders = new HashSet<>();
        for (StoredTable table : tables) {
            folders.add(table.name());
            if (table.isByRun()) {
                try (Stream<Path> runs = Files.list(directory.resolve(table.name()))) {
                    runs.forEach(run -> folders.add(table.name() + "/" + run.getFileName()));
                }
            }
        }
        return folders;
    }

    private static List<Integer> ints(String query, Statement statement) throws SQLException {
        return SmallQuery.list(statement.getConnection(), query, row -> row.getInt(1));
    }

    private ExportSummary summary(int runs, int shards) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            List<Path> files = paths.filter(Files::isRegularFile).toList();
            long bytes = 0;
            for (Path file : files) {
                bytes += Files.size(file);
            }
            return new ExportSummary(runs, shards, files.size(), bytes);
        }
    }

    /** Waits until all files and their names have reached the disk. */
    private void flush() throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.toList()) {
                try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                    channel.force(true);
                }
            }
        }
    }

    /**
     * Deletes what was written: the directory was empty before, or was not there. If that fails too, the error of the
     * export matters more.
     *
     * @param made whether the export made the directory
     */
    private void remove(boolean made, Exception error) {
        try {
            if (made) {
                DirectoryTree.delete(directory);
            } else {
                DirectoryTree.clear(directory);
            }
        } catch (IOException | UncheckedIOException e) {
            error.addSuppressed(e);
        }
    }

    private GatehouseException failure(GatehouseException cause) {
        return cause.code() == INSUFFICIENT_DISK
                ? new GatehouseException(
                        INSUFFICIENT_DISK,
                        "The disk of %s is full: nothing was exported, and %s is as it was.".formatted(directory, file),
                        cause)
                : cause;
    }
}
