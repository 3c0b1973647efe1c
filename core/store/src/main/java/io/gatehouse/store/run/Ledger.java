package io.gatehouse.store.run;

import io.gatehouse.base.Resources;
import io.gatehouse.store.database.SmallQuery;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.duckdb.DuckDBConnection;

/** Records which shards of a run are in the file, and how the run ended. */
public final class Ledger {
    private final DuckDBConnection connection;
    private final int runId;

    /**
     * What the file holds of a run so far.
     *
     * @param shards numbers of the shards in the ledger
     * @param answered ids of the questions with an answer
     * @param correct number of them with the correct answer
     * @param generated number of tokens that were generated after their prompts
     * @param seconds time of computing
     */
    public record CommittedWork(BitSet shards, BitSet answered, int correct, long generated, double seconds) {
        public static CommittedWork nothing() {
            return new CommittedWork(new BitSet(), new BitSet(), 0, 0, 0);
        }
    }

    public Ledger(DuckDBConnection connection, int runId) {
        this.connection = connection;
        this.runId = runId;
    }

    /** Returns what the file holds of the run. */
    public CommittedWork read() throws SQLException {
        BitSet shards = new BitSet();
        SmallQuery.list(connection, "SELECT shard FROM run_shards WHERE run_id = ?", row -> row.getInt(1), runId)
                .forEach(shards::set);
        BitSet answered = new BitSet();
        SmallQuery.list(connection, "SELECT question_id FROM answers WHERE run_id = ?", row -> row.getInt(1), runId)
                .forEach(answered::set);
        long correct =
                SmallQuery.number(connection, "SELECT count(*) FROM answers WHERE run_id = ? AND correct", runId);
        long generated = SmallQuery.number(
                connection, "SELECT coalesce(sum(tokens), 0) FROM generations WHERE run_id = ?", runId);
        double seconds = SmallQuery.first(
                        connection,
                        "SELECT coalesce(sum(seconds), 0) FROM run_shards WHERE run_id = ?",
                        row -> row.getDouble(1),
                        runId)
                .orElse(0.0);
        return new CommittedWork(shards, answered, Math.toIntExact(correct), generated, seconds);
    }

    /**
     * A row of the ledger to add.
     *
     * @param tokens rows of tokens
     * @param decisions rows of routing
     */
    public record ShardEntry(int number, int[] questionIds, long tokens, long decisions) {}

    /**
     * Adds shards, in the transaction of their rows.
     *
     * @param seconds that its process took for each; empty where nobody measured it
     */
    public void add(List<ShardEntry> shards, Optional<Double> seconds) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(Resources.text(Ledger.class, "insert_shard.sql"))) {
            LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC);
            for (ShardEntry shard : shards) {
                Object[] ids = Arrays.stream(shard.questionIds).boxed().toArray();
                insert.setInt(1, runId);
                insert.setInt(2, shard.number);
                insert.setInt(3, ids.length);
                insert.setLong(4, shard.tokens);
                insert.setLong(5, shard.decisions);
                insert.setObject(6, now);
                insert.setObject(7, seconds.orElse(null));
                insert.setArray(8, connection.createArrayOf("INTEGER", ids));
                insert.executeUpdate();
            }
        }
    }

    /**
     * Ends the run.
     *
     * @param seconds time of computing; empty where nobody measured it
     */
    public void finish(RunStatus status, Optional<Double> seconds) throws SQLException {
        SmallQuery.update(
                connection,
                Resources.text(Ledger.class, "finish_run.sql"),
                status.id(),
                LocalDateTime.now(ZoneOffset.UTC),
                seconds.orElse(null),
                runId);
    }
}
