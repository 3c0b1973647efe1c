package io.gatehouse.sample.routing;

import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.write.RunWriter;
import io.gatehouse.store.write.ShardQueue;
import java.nio.file.Path;

/** One complete run of routing made up at random, in a file of its own. */
public final class SyntheticRun {
    /** Questions of a shard, as many as those of a run. */
    public static final int SHARD_QUESTIONS = 64;

    /** Always the same run. */
    public static final long SEED = 20_261_124;

    private SyntheticRun() {}

    /**
     * Writes about this number of activations, rounded up to whole shards.
     *
     * @param file file to make
     */
    public static void write(Path file, long activations) {
        int shards = SyntheticShards.count(activations, SHARD_QUESTIONS);
        SyntheticShards source = new SyntheticShards(SHARD_QUESTIONS, SEED);
        try (Store store = Store.create(file);
                RunWriter writer = store.startRun(
                        SyntheticShards.description("bench"),
                        SyntheticShards.questions(shards * SHARD_QUESTIONS, SEED));
                ShardQueue queue = new ShardQueue(writer, ShardQueue.DEFAULT_BYTES, (commit, waiting) -> {})) {
            for (int number = 0; number < shards; number++) {
                queue.put(source.shard(writer, number));
            }
            queue.drain();
            writer.finish(RunStatus.COMPLETE);
        }
    }
}
