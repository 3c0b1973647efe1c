package io.gatehouse.run;

import io.gatehouse.store.write.Shard;
import java.util.List;

/** Where the shards of a run come from: computed in this process, or in another one. */
public interface ShardSource {
    /** Takes what is computed; both methods end the computing by throwing. */
    interface Receiver {
        /** Told how many tokens a layer is done with, time and again. */
        void layerDone(int tokens);

        /** Takes a shard, and may let the computing wait. */
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
