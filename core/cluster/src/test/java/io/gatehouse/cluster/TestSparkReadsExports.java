package io.gatehouse.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.store.Store;
import io.gatehouse.store.transfer.ExportListener;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/cluster.md says of reading a directory with Spark: the tables as they are, in units. */
final class TestSparkReadsExports {
    private static final String USAGE_OF_ANSWERS = """
            SELECT r.layer, a.correct, count(*) AS decisions, sum(r.entropy) AS entropy, max(r.margin) AS margin
            FROM decisions AS r
            JOIN run_shards AS s ON s.run_id = r.run_id AND s.shard = r.shard
            JOIN answers AS a ON a.run_id = r.run_id AND a.question_id = r.question_id
            WHERE r.is_last_prompt
            GROUP BY r.layer, a.correct
            ORDER BY r.layer, a.correct""";

    @TempDir
    private Path directory;

    @Test
    void givesTheRowsOfTheFile() throws Exception {
        Path file = directory.resolve("alone.duckdb");
        Path exported = directory.resolve("exported");
        SampleStudy.alone(file, SampleStudy.request("sample", 100, 0));
        Store.export(file, exported, ExportListener.none());
        List<String> rows = new ArrayList<>();
        try (SparkSession spark = ClusterSession.open(Optional.of(SampleStudy.MASTER))) {
            for (String table : List.of("decisions", "run_shards", "answers")) {
                spark.read().parquet(exported.resolve(table).toString()).createOrReplaceTempView(table);
            }
            for (Row row : spark.sql(USAGE_OF_ANSWERS).collectAsList()) {
                rows.add(row.mkString("|"));
            }
        }
        try (Store store = Store.open(file)) {
            // In a file the ledger names questions, and rows know no shard.
            assertThat(rows)
                    .isEqualTo(rows(
                            store,
                            USAGE_OF_ANSWERS.replace(
                                    "s.shard = r.shard", "list_contains(s.question_ids, r.question_id)")))
                    .isNotEmpty();
        }
    }

    private static List<String> rows(Store store, String sql) throws SQLException {
        try (Connection reader = store.reader();
                Statement statement = reader.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (result.next()) {
                List<String> values = new ArrayList<>();
                for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
                    values.add(String.valueOf(result.getObject(column)));
                }
                rows.add(String.join("|", values));
            }
            return rows;
        }
    }
}
