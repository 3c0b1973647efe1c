package io.gatehouse.store;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** Says which shards a run has and how it ended. */
final class Ledger {
    private final DuckDBConnection connection;
    private final int runId;

    /**
     * A shard that is in the file.
     *
     * @param questionIds in rising order
     * @param tokens rows of tokens
     * @param decisions rows of routing
     */
    record Entry(int shard, int[] questionIds, long tokens, long decisions) {}

    Ledger(DuckDBConnection connection, int runId) {
        this.connection = connection;
        this.runId = runId;
    }

    /** Adds shards, in the transaction of their rows. */
    void add(List<Entry> entries) throws SQLException {
        LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC);
        try (DuckDBAppender appender = connection.createAppender("run_shards")) {
            for (Entry entry : entries) {
                appender.beginRow()
                        .append(runId)
                        .append(entry.shard)
                        .append(entry.questionIds.length)
                        .append(entry.tokens)
                        .append(entry.decisions)
                        .append(now)
                        .append(entry.questionIds)
                        .endRow();
            }
        }
    }

    /** The end of the run. */
    void finish(RunStatus status) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(SqlFile.read("finish_run.sql"))) {
            update.setString(1, status.id());
            update.setObject(2, LocalDateTime.now(ZoneOffset.UTC));
            update.setInt(3, runId);
            update.executeUpdate();
        }
    }
}
