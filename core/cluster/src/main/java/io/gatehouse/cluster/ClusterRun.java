package io.gatehouse.cluster;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.DividedRun;
import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunOutcome;
import io.gatehouse.run.ShardTask;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.transfer.DirectoryRegister;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;

/**
 * A run whose shards Spark's executors compute, into a directory of Parquet files that all of them reach. What the
 * ledger of the directory lacks is computed, so that whatever ends a run, the same one again goes on from there. One
 * driver at a time may write to a directory.
 */
public final class ClusterRun {
    private final Optional<String> master;
    private final String directory;
    private final UnaryOperator<ShardStep> step;

    /**
     * A run to be.
     *
     * @param master URL of the master, such as {@code spark://host:7077}; absent where {@code spark-submit} says it
     * @param directory where to write, under a name that driver and executors all have for it
     */
    public ClusterRun(Optional<String> master, String directory) {
        this(master, directory, UnaryOperator.identity());
    }

    /** @param step what becomes of what a task does */
    ClusterRun(Optional<String> master, String directory, UnaryOperator<ShardStep> step) {
        this.master = requireNonNull(master, "master is null");
        this.directory = requireNonNull(directory, "directory is null");
        this.step = requireNonNull(step, "step is null");
    }

    /**
     * Computes all shards that are not there.
     *
     * @param beginning registers the run
     * @throws GatehouseException CANCELLED_BY_USER when the listener asked for it; CLUSTER_FAILED when a shard failed
     *     more often than Spark tries; INVALID_ARGUMENT when the directory cannot be written or is none of ours; what
     *     beginning the run throws
     */
    public RunOutcome execute(Function<Store, DividedRun> beginning, RunListener listener) {
        try (SparkSession spark = ClusterSession.open(master)) {
            DelayedShutdown held = DelayedShutdown.hold();
            try {
                return executeOn(spark, beginning, listener);
            } finally {
                held.end();
            }
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s cannot be read or written: %s".formatted(directory, e.getMessage()),
                    e);
        }
    }

    private RunOutcome executeOn(SparkSession spark, Function<Store, DividedRun> beginning, RunListener listener)
            throws IOException {
        try {
            SharedDirectory shared =
                    SharedDirectory.open(directory, spark.sparkContext().hadoopConfiguration());
            requireOurs(shared);
            try (RunDirectory runs = RunDirectory.open(shared)) {
                return compute(spark, shared, runs, runs.begin(beginning), listener);
            }
        } catch (GatehouseException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // A session that Spark has ended fails anywhere, and in any way.
            if (spark.sparkContext().isStopped()) {
                throw ClusterSession.ended(e);
            }
            throw e;
        }
    }

    private RunOutcome compute(
            SparkSession spark, SharedDirectory shared, RunDirectory runs, DividedRun run, RunListener listener)
            throws IOException {
        RollupSum rollups = new RollupSum(spark, shared);
        BitSet written = runs.shards(run.runId());
        ClusterClock clock = new ClusterClock(run, written, listener);
        ShardStep computation = step.apply(new ShardComputation(
                shared.uri().toString(), run.setup(), spark.sparkContext().hadoopConfiguration()));
        ShardDispatcher dispatcher = new ShardDispatcher(spark.sparkContext(), computation, run.name());
        try {
            List<Integer> missing = IntStream.range(0, run.shards())
                    .filter(shard -> !written.get(shard))
                    .boxed()
                    .toList();
            for (List<Integer> wave : dispatcher.of(missing)) {
                List<ShardTask> tasks = wave.stream().map(run::shard).toList();
                dispatcher.compute(tasks, listener::cancelled, shard -> {
                    runs.commit(shard);
                    clock.committed(shard);
                });
            }
        } catch (GatehouseException | IOException failure) {
            end(runs, run, failure, rollups);
            throw failure;
        }
        runs.end(run, RunStatus.COMPLETE, rollups);
        return clock.outcome(rightAnswers(spark, shared, run.runId()));
    }

    private static int rightAnswers(SparkSession spark, SharedDirectory shared, int runId) {
        return Math.toIntExact(spark.read()
                .parquet(shared.path("answers/run_id=" + runId))
                .where("correct")
                .count());
    }

    /** Shows what there is of a run that did not come to its end; what ended it says more than what this fails with. */
    private static void end(RunDirectory runs, DividedRun run, Exception failure, RollupSum rollups) {
        boolean cancelled = failure instanceof GatehouseException known && known.code() == ErrorCode.CANCELLED_BY_USER;
        try {
            runs.end(run, cancelled ? RunStatus.CANCELLED : RunStatus.FAILED, rollups);
        } catch (IOException | RuntimeException second) {
            failure.addSuppressed(second);
        }
    }

    private void requireOurs(SharedDirectory shared) throws IOException {
        boolean ours = shared.exists(DirectoryRegister.VERSION) || shared.exists(DirectoryRegister.UNFINISHED);
        if (!ours && !shared.isEmpty()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s is neither empty nor a directory that Gatehouse has written".formatted(directory));
        }
    }
}
