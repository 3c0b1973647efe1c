package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.write.RunWriter;
import io.gatehouse.store.write.Shard;
import io.gatehouse.store.write.ShardQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Records runs into a file, wherever their shards are computed: one shard is computed while those before are written. */
public final class RunRecording {
    private final Store store;

    public RunRecording(Store store) {
        this.store = requireNonNull(store, "store is null");
    }

    /**
     * Registers a run, or resumes the unfinished one of its name, and records what the source computes. What is committed
     * stays, whatever ends it.
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
        boolean resumed = UnfinishedRun.find(store, run.description().name()).isPresent();
        try (RunWriter writer = run.open(store, resumed)) {
            write(run, source, clock, writer);
            return new RunOutcome(
                    writer.runId(),
                    run.description().name(),
                    run.questions().size(),
                    writer.correct(),
                    run.tokens(),
                    clock.elapsed(),
                    run.skipped(),
                    run.shortened(),
                    writer.generated());
        }
    }

    /** Most bytes of shards that wait: a process of little memory has a smaller queue. */
    public static long room() {
        return Math.min(ShardQueue.DEFAULT_BYTES, Runtime.getRuntime().maxMemory() / 4);
    }

    /** Answers the questions that have no answer yet and ends the run; what is computed is kept, whatever ends it. */
    private static void write(RunManifest run, ShardSource source, RunClock clock, RunWriter writer) {
        List<Integer> missing = missing(run, clock, writer);
        int[] questionIds = IntStream.range(0, run.questions().size())
                .map(writer::questionId)
                .toArray();
        try (ShardQueue queue = new ShardQueue(writer, room(), clock::committed)) {
            try {
                if (!missing.isEmpty()) {
                    source.compute(missing, questionIds, receiver(run, queue, clock));
                }
                queue.drain();
                writer.finish(RunStatus.COMPLETE);
            } catch (RuntimeException | Error failure) {
                end(failure, queue, clock, writer);
            }
        }
    }

    /** Shards that are not in the file. */
    private static List<Integer> missing(RunManifest run, RunClock clock, RunWriter writer) {
        List<Integer> missing = new ArrayList<>();
        for (int number = 0; number < run.shards(); number++) {
            if (writer.isWritten(number)) {
                clock.skipped((int) run.shard(number).count(), run.tokens(number) + run.mostGenerated(number));
            } else {
                missing.add(number);
            }
        }
        return missing;
    }

    private static ShardSource.Receiver receiver(RunManifest run, ShardQueue queue, RunClock clock) {
        return new ShardSource.Receiver() {
            @Override
            public void layerDone(int tokens) {
                queue.requireWriting();
                clock.layerDone(tokens, queue.progress());
            }

            @Override
            public void computed(Shard shard) {
                long fed = shard.generatedTokens() - shard.generations().size();
                clock.spared(run.mostGenerated(shard.number()) - fed);
                queue.put(shard);
            }
        };
    }

    /** Writes what is computed, marks the run, and throws the reason. */
    private static void end(Throwable failure, ShardQueue queue, RunClock clock, RunWriter writer) {
        Throwable reason = failure;
        try {
            queue.drain();
        } catch (RuntimeException | Error ofWriter) {
            // It is the same one where the writer ended the run.
            reason = ofWriter;
        }
        boolean cancelled = reason instanceof GatehouseException known && known.code() == ErrorCode.CANCELLED_BY_USER;
        try {
            writer.finish(cancelled ? RunStatus.CANCELLED : RunStatus.FAILED);
        } catch (RuntimeException second) {
            reason.addSuppressed(second);
        }
        if (cancelled) {
            throw clock.cancelled();
        }
        if (reason instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) reason;
    }
}
