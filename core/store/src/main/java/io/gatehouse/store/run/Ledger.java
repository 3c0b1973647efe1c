package io.gatehouse.store.run;

import io.gatehouse.base.Resources;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import org.duckdb.DuckDBConnection;

/** Says which shards a run has and how it ended. */
public final class Ledger {
    private final DuckDBConnection connection;
    private final int runId;

    public Ledger(DuckDBConnection connection, int runId) {
        this.connection = connection;
        this.runId = runId;
    }

    /**
     * A shard, in the transaction of its rows.
     *
     * @param tokens rows of tokens
     * @param decisions rows of routing
     */
    public void add(int shard, int[] questionIds, long tokens, long decisions) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(Resources.text(Ledger.class, "insert_shard.sql"))) {
            insert.setInt(1, runId);
            insert.setInt(2, shard);
            insert.setInt(3, questionIds.length);
            insert.setLong(4, tokens);
            insert.setLong(5, decisions);
            insert.setObject(6, LocalDateTime.now(ZoneOffset.UTC));
            insert.setArray(
                    7,
                    connection.createArrayOf(
                            "INTEGER", Arrays.stream(questionIds).boxed().toArray()));
            insert.executeUpdate();
        }
    }

    /** The end of the run. */
    public void finish(RunStatus status) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(Resources.text(Ledger.class, "finish_run.sql"))) {
            update.setString(1, status.id());
            update.setObject(2, LocalDateTime.now(ZoneOffset.UTC));
            update.setInt(3, runId);
            update.executeUpdate();
        }
    }
}
