package io.gatehouse.store.write;

import java.time.Duration;

/**
 * How far the writing of a run is, beside the computing.
 *
 * @param shardsWaiting shards that are computed and not yet in the file
 * @param bytesWaiting memory that they take, and that the queue has a bound for
 * @param activations activations written so far, in this try of the run
 * @param busy time that the writer has spent with them
 */
public record WritingProgress(int shardsWaiting, long bytesWaiting, long activations, Duration busy) {
    /** Before anything is written. */
    public static final WritingProgress NOTHING = new WritingProgress(0, 0, 0, Duration.ZERO);

    /** Activations per second of the writer's own time: what it could keep up with. */
    public double activationsPerSecond() {
        return activations / Math.max(busy.toNanos() / 1e9, 1e-9);
    }
}
