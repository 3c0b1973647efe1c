package io.gatehouse.run;

import io.gatehouse.store.write.Shard;
import java.util.List;

/** Where the shards of a run come from: computed in this process, or in another one. */
public interface ShardSource {
    /** Receives the results; both methods end the computation by throwing. */
    interface Receiver {
        /** Called repeatedly with the number of tokens that a layer is done with. */
        void layerDone(int tokens);

        /** Receives a shard, and may make the computation wait. */
        void computed(Shard shard);
    }

    /**
     * Computes shards in their order.
     *
     * @param shards their numbers
     * @param questionIds what the file calls each question of the run, in the order of its manifest
     */
    void compute(List<Integer> shards, int[] questionIds, Receiver receiver);
}
