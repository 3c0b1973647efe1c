package io.gatehouse.cluster;

import io.gatehouse.store.schema.Rollup;
import io.gatehouse.store.schema.RollupSql;
import io.gatehouse.store.transfer.DirectoryRegister;
import java.io.IOException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * Sums what each shard of a run adds to its rollups. Sums are whole numbers of the units of the file, so they are those of
 * one machine to the last bit, in whatever order the shards were computed.
 */
final class RollupSum {
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
        for (Rollup rollup : Rollup.STORED) {
            String folder = "%s/run_id=%d".formatted(rollup.name(), runId);
            Dataset<Row> all = spark.read().parquet(shared.path(DirectoryRegister.UNFINISHED + "/" + folder));
            all.where(all.col("shard").isin(shards)).createOrReplaceTempView("parts");
            spark.sql(RollupSql.sumOf(rollup, "parts"))
                    .coalesce(1)
                    .write()
                    .mode(SaveMode.Overwrite)
                    .option("compression", "zstd")
                    .parquet(shared.path(folder));
        }
        spark.catalog().dropTempView("parts");
    }
}
