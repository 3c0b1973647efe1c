package io.gatehouse.cluster;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.ShardTask;
import io.gatehouse.run.UnfinishedRun;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.spark.FutureAction;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import scala.Function0;
import scala.Function1;
import scala.Function2;
import scala.collection.Iterator;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.BoxedUnit;
import scala.util.Try;

/**
 * Sends shards to Spark, so many at a time: its scheduler keeps all that it was sent in mind. Each is handed over as soon
 * as it is computed, so that a driver that is killed loses those only which are being computed.
 */
final class ShardDispatcher {
    /** Shards of a wave per core of the cluster: enough that the last of a wave keep few of them waiting. */
    private static final int SHARDS_PER_CORE = 16;

    private static final int LARGEST_WAVE = 10_000;
    private static final long LOOK_MILLIS = 200;

    private final SparkContext context;
    private final ShardStep step;
    private final String run;

    /** Takes a shard that is computed. */
    interface Committer {
        void commit(ComputedShard shard) throws IOException;
    }

    /** Sent to the executors, where it is the body of each task. */
    private interface TaskBody extends Function1<Iterator<ShardTask>, ComputedShard>, Serializable {}

    /** @param run the name of the run */
    ShardDispatcher(SparkContext context, ShardStep step, String run) {
        this.context = context;
        this.step = step;
        this.run = run;
    }

    /** Divides shards into waves. */
    List<List<Integer>> of(List<Integer> shards) {
        int size = Math.min(LARGEST_WAVE, SHARDS_PER_CORE * Math.max(1, context.defaultParallelism()));
        List<List<Integer>> waves = new ArrayList<>();
        for (int from = 0; from < shards.size(); from += size) {
            waves.add(shards.subList(from, Math.min(from + size, shards.size())));
        }
        return waves;
    }

    /**
     * Computes the shards of a wave and hands each over on this thread.
     *
     * @throws GatehouseException CANCELLED_BY_USER, CLUSTER_FAILED
     */
    void compute(List<ShardTask> wave, BooleanSupplier cancelled, Committer committer) throws IOException {
        RDD<ShardTask> tasks = JavaSparkContext.fromSparkContext(context)
                .parallelize(wave, wave.size())
                .rdd();
        BlockingQueue<ComputedShard> computed = new LinkedBlockingQueue<>();
        ShardStep each = step;
        TaskBody body = shards -> each.compute(shards.next());
        Seq<Object> partitions = CollectionConverters.asScala(IntStream.range(0, wave.size())
                        .boxed()
                        .map(Object.class::cast)
                        .toList())
                .toList();
        Function2<Object, ComputedShard, BoxedUnit> take = (partition, shard) -> {
            computed.add(shard);
            return BoxedUnit.UNIT;
        };
        Function0<BoxedUnit> nothing = () -> BoxedUnit.UNIT;
        FutureAction<BoxedUnit> job = context.submitJob(tasks, body, partitions, take, nothing);
        try {
            while (!job.isCompleted() || !computed.isEmpty()) {
                Optional<ComputedShard> shard = Optional.ofNullable(computed.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS));
                if (shard.isPresent()) {
                    committer.commit(shard.get());
                }
                if (cancelled.getAsBoolean()) {
                    throw new GatehouseException(
                            ErrorCode.CANCELLED_BY_USER,
                            "The run was cancelled; the shards that are there are kept. "
                                    + UnfinishedRun.resuming(run));
                }
            }
            requireDone(job.value().get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The run was interrupted", e);
        } finally {
            job.cancel();
        }
    }

    private static void requireDone(Try<BoxedUnit> outcome) {
        if (outcome.isFailure()) {
            Throwable failure = outcome.failed().get();
            throw new GatehouseException(
                    ErrorCode.CLUSTER_FAILED, "Spark gave a shard up: " + reason(failure), failure);
        }
    }

    /** Spark's message has the stack of the executor in it, of which the first line says what happened. */
    private static String reason(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        return message.lines().findFirst().orElse(message);
    }
}
