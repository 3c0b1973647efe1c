package io.gatehouse.run;

/** Watches a run. Called by several threads of the run, by one at a time. */
public interface RunListener {
    /** Called once, before anything is computed, with what the run will put on the disk; a resumed one the rest. */
    default void planned(DiskNeed need) {}

    /** Called often: after each layer of each micro-batch, and after each committed shard. */
    void progress(RunProgress progress);

    /** Called as often. If it returns true, the run ends and keeps the shards that are committed. */
    boolean cancelled();
}
