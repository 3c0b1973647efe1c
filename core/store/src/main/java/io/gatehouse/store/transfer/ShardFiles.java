package io.gatehouse.store.transfer;

import io.gatehouse.duckdb.DuckDb;
import io.gatehouse.error.FileFailure;
import io.gatehouse.store.database.DatabaseFailure;
import io.gatehouse.store.database.Lockdown;
import io.gatehouse.store.database.Transaction;
import io.gatehouse.store.run.Ledger.CommittedWork;
import io.gatehouse.store.run.QuestionRegister;
import io.gatehouse.store.run.QuestionRow;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.schema.DatabaseSchema;
import io.gatehouse.store.schema.StoredTable;
import io.gatehouse.store.write.RunWriter;
import io.gatehouse.store.write.Shard;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.duckdb.DuckDBConnection;

/**
 * Writes one shard of a run as Parquet files, for a directory that several machines write to: {@code
 * TABLE/run_id=…/shard=…/data.parquet} for tables that an export divides by shard, including the ledger, and below
 * {@value StoredTable#UNFINISHED} the sums that the shard adds to the rollups of its run. The shard is written into a
 * database in memory like any other, and exported from there.
 */
public final class ShardFiles {
    private ShardFiles() {}

    /**
     * Writes the files.
     *
     * @param directory a local one
     * @param runId number of the run in the directory that the files are for
     * @param questions the questions of the shard
     * @param questionIds their ids, in the same order
     */
    public static void write(
            Path directory,
            int runId,
            RunDescription run,
            List<QuestionRow> questions,
            int[] questionIds,
            Shard shard) {
        try (DuckDBConnection connection = DuckDb.inMemory(Lockdown.settings())) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(DatabaseSchema.definition());
            }
            QuestionRegister.insert(connection, run.quiz(), questions, questionIds);
            try (RunWriter writer = new RunWriter(
                    directory,
                    Transaction::begin,
                    connection.duplicate(),
                    runId,
                    run,
                    questions,
                    questionIds,
                    CommittedWork.nothing(),
                    () -> {},
                    // Its executor has computed it before.
                    false)) {
                writer.write(shard);
            }
            export(directory, runId, shard.number(), connection);
        } catch (SQLException e) {
            throw DatabaseFailure.using(directory, e);
        } catch (IOException e) {
            throw FileFailure.writing(directory, e);
        }
    }

    private static void export(Path directory, int runId, int shard, DuckDBConnection connection)
            throws SQLException, IOException {
        try (Statement statement = connection.createStatement()) {
            for (StoredTable table : Export.filled(statement)) {
                if (table.isByRun()) {
                    Path folder = table.isByShard()
                            ? table.folder(directory, runId, shard)
                            : table.folder(directory.resolve(StoredTable.UNFINISHED), runId, shard)
                                    .resolve("shard=" + shard);
                    Export.copy("SELECT %s FROM %s".formatted(table.inFiles(), table.name()), folder, statement);
                }
            }
        }
    }
}
