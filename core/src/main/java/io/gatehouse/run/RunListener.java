package io.gatehouse.run;

/** Watches a run, on the thread of the run. */
public interface RunListener {
    /** Called often: after each layer of each micro-batch, and after each committed shard. */
    void progress(RunProgress progress);

    /** Asked as often; a run whose listener says true ends, and keeps the shards that are committed. */
    boolean cancelled();
}
