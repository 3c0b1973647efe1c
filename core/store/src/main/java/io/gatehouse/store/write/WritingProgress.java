package io.gatehouse.store.write;

import java.time.Duration;

/**
 * Progress of writing a run.
 *
 * @param shardsWaiting shards that are computed and not yet in the file
 * @param bytesWaiting their memory, which the queue limits
 * @param activations activations written so far, in this try of the run
 * @param busy time that the writer took for them
 */
public record WritingProgress(int shardsWaiting, long bytesWaiting, long activations, Duration busy) {
    /** Before anything is written. */
    public static final WritingProgress NOTHING = new WritingProgress(0, 0, 0, Duration.ZERO);

    /** Activations per second of the writer's own time: the rate with which it can keep up. */
    public double activationsPerSecond() {
        return activations / Math.max(busy.toNanos() / 1e9, 1e-9);
    }
}
