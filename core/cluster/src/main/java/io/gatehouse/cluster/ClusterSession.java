package io.gatehouse.cluster;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** Opens a session of Spark as runs need it. What {@code spark-submit} or spark-defaults.conf say goes first. */
final class ClusterSession {
    private ClusterSession() {}

    /** @throws GatehouseException CLUSTER_FAILED if the master does not answer */
    static SparkSession open(Optional<String> master) {
        SparkConf conf = new SparkConf();
        master.ifPresent(conf::setMaster);
        conf.setIfMissing("spark.app.name", "gatehouse");
        conf.setIfMissing("spark.ui.enabled", "false");
        // A line for every task would bury how far the run is.
        conf.setIfMissing("spark.log.level", "WARN");
        // The same shard twice is waste, and never faster than the first where both have a GPU.
        conf.set("spark.speculation", "false");
        conf.setIfMissing("spark.sql.shuffle.partitions", "8");
        conf.setIfMissing("spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs", "false");
        conf.setIfMissing("spark.executorEnv.TF_CPP_MIN_LOG_LEVEL", "3");
        String options = conf.get("spark.executor.extraJavaOptions", "");
        conf.set(
                "spark.executor.extraJavaOptions",
                (options + " -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Dai.djl.offline=true").strip());
        try {
            return SparkSession.builder().config(conf).getOrCreate();
        } catch (IllegalStateException e) {
            // The context was stopped while the session was made of it.
            throw ended(e);
        }
    }

    /** What is to be said when a session comes to an end by itself. */
    static GatehouseException ended(Exception cause) {
        return DelayedShutdown.isStopping()
                ? DelayedShutdown.cancelled(cause)
                : new GatehouseException(
                        ErrorCode.CLUSTER_FAILED,
                        "Spark has ended the session: its master does not answer, or has given it up",
                        cause);
    }
}
