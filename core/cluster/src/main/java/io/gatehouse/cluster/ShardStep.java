package io.gatehouse.cluster;

import io.gatehouse.run.ShardTask;
import java.io.Serializable;

/** What is done to a shard on an executor. */
interface ShardStep extends Serializable {
    ComputedShard compute(ShardTask task);
}
