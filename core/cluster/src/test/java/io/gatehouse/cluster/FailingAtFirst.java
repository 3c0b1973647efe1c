package io.gatehouse.cluster;

import io.gatehouse.run.ShardTask;
import org.apache.spark.TaskContext;

/** Loses every {@code each}-th shard at its first tries, some before and some after it is computed. */
record FailingAtFirst(ShardStep step, int each, int tries) implements ShardStep {
    @Override
    public ComputedShard compute(ShardTask task) {
        boolean fails = task.number() % each == 0 && TaskContext.get().attemptNumber() < tries;
        if (fails && task.number() % 2 == 0) {
            throw new IllegalStateException("Shard %d is lost before it is computed".formatted(task.number()));
        }
        ComputedShard computed = step.compute(task);
        if (fails) {
            throw new IllegalStateException("Shard %d is lost after it was computed".formatted(task.number()));
        }
        return computed;
    }
}
