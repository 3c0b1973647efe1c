package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.Store;
import io.gatehouse.store.write.RunWriter;
import io.gatehouse.store.write.ShardQueue;

/** Records runs into a file, wherever their shards are computed. */
public final class RunRecording {
    private final Store store;

    public RunRecording(Store store) {
        this.store = requireNonNull(store, "store is null");
    }

    /**
     * Registers a run, or goes on with the unfinished one of its name, and records what the source computes. What is
     * committed stays, whatever ends it.
     *
     * @throws GatehouseException CANCELLED_BY_USER when the listener asked for it; RUN_EXISTS when the name is that of
     *     a complete run or of an unfinished one that was begun otherwise; INSUFFICIENT_DISK when there is no room for
     *     what it records; what the source throws
     */
    public RunOutcome record(RunManifest run, ShardSource source, RunListener listener) {
        RunClock clock = new RunClock(run, listener);
        DiskNeed need = DiskNeed.of(run.growth(), store.file());
        listener.planned(need);
        need.requireFree(store.file());
        boolean begun = UnfinishedRun.find(store, run.description().name()).isPresent();
        try (RunWriter writer = run.open(store, begun)) {
            new ShardPipeline(source, run, clock, writer, room()).run();
            return new RunOutcome(
                    writer.runId(),
                    run.description().name(),
                    run.questions().size(),
                    writer.correct(),
                    run.tokens(),
                    clock.elapsed());
        }
    }

    /** Most bytes of shards that wait: a process of little memory has a smaller queue. */
    public static long room() {
        return Math.min(ShardQueue.DEFAULT_BYTES, Runtime.getRuntime().maxMemory() / 4);
    }
}
