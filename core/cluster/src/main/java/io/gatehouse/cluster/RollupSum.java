package io.gatehouse.cluster;

import io.gatehouse.store.transfer.DirectoryRegister;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * Sums what each shard of a run adds to its rollups. Sums of whole numbers of the file's units, so that they are those of
 * one machine to the last bit, in whatever order shards were computed.
 */
final class RollupSum {
    private static final List<String> TABLES =
            List.of("subject_usage", "layer_usage", "outcome_usage", "layer_entropy", "experts");

    private final SparkSession spark;
    private final SharedDirectory shared;

    RollupSum(SparkSession spark, SharedDirectory shared) {
        this.spark = spark;
        this.shared = shared;
    }

    /** Writes the rollups of all shards that the ledger has. */
    void write(int runId) throws IOException {
        Object[] shards = shared.shards(runId).stream().boxed().toArray();
        if (shards.length == 0) {
            return;
        }
        for (String table : TABLES) {
            String folder = "%s/run_id=%d".formatted(table, runId);
            Dataset<Row> all = spark.read().parquet(shared.path(DirectoryRegister.UNFINISHED + "/" + folder));
            all.where(all.col("shard").isin(shards)).createOrReplaceTempView("parts");
            spark.sql(statement(table))
                    .coalesce(1)
                    .write()
                    .mode(SaveMode.Overwrite)
                    .option("compression", "zstd")
                    .parquet(shared.path(folder));
        }
        spark.catalog().dropTempView("parts");
    }

    private static String statement(String table) {
        try (InputStream file = RollupSum.class.getResourceAsStream(table + ".sql")) {
            if (file == null) {
                throw new IllegalStateException("No statement for " + table);
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
