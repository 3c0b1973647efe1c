package io.gatehouse.cluster;

import org.apache.spark.sql.SparkSession;

/** What the directory says of the answers of a run. */
record Answers(SparkSession spark, SharedDirectory shared) {
    /** How many are right. */
    int correct(int runId) {
        return Math.toIntExact(spark.read()
                .parquet(shared.path("answers/run_id=" + runId))
                .where("correct")
                .count());
    }
}
