package io.gatehouse.cluster;

import java.io.Serializable;
import java.util.List;

/**
 * A shard that a task is done with, and which nobody sees yet.
 *
 * @param folder where its files wait in the directory
 * @param files paths below that folder, and of what they are to become below the directory
 */
record ComputedShard(int number, int questions, int tokens, String folder, List<String> files) implements Serializable {
    ComputedShard {
        files = List.copyOf(files);
    }
}
