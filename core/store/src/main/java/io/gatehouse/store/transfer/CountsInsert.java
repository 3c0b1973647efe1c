package io.gatehouse.store.transfer;

import io.gatehouse.base.Resources;
import io.gatehouse.store.database.SmallQuery;
import java.sql.SQLException;
import java.util.List;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** Inserts the counts of an import that has nothing else, and the experts that follow from them. */
public final class CountsInsert {
    private CountsInsert() {}

    /** Inserts them within the transaction that the caller has begun. */
    public static void insert(DuckDBConnection connection, int runId, List<ExpertCounts> counts) throws SQLException {
        try (DuckDBAppender appender = connection.createAppender("expert_counts")) {
            for (ExpertCounts layer : counts) {
                for (int expert = 0; expert < layer.counts().length; expert++) {
                    appender.beginRow()
                            .append(runId)
                            .append(layer.domain().orElse(""))
                            .append((short) layer.layer())
                            .append((short) expert)
                            .append(layer.counts()[expert])
                            .endRow();
                }
            }
        }
        SmallQuery.update(connection, Resources.text(CountsInsert.class, "import_experts.sql"), runId);
    }
}
