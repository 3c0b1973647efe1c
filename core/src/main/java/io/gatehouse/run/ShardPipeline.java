package io.gatehouse.run;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.RunStatus;
import io.gatehouse.store.RunWriter;
import io.gatehouse.store.Shard;
import io.gatehouse.store.ShardQueue;
import java.util.stream.IntStream;

/** Computes the shards of a run one after the other, while those before are written. */
final class ShardPipeline {
    private final ShardRunner runner;
    private final PreparedRun run;
    private final RunClock clock;
    private final RunWriter writer;

    ShardPipeline(ShardRunner runner, PreparedRun run, RunClock clock, RunWriter writer) {
        this.runner = runner;
        this.run = run;
        this.clock = clock;
        this.writer = writer;
    }

    /** Answers the questions that have no answer yet and ends the run; what is computed is kept, whatever ends it. */
    void run() {
        int[] missing = missing();
        try (ShardQueue queue = queue()) {
            try {
                for (int shard : missing) {
                    queue.put(compute(shard, queue));
                }
                queue.drain();
                writer.finish(RunStatus.COMPLETE);
            } catch (RuntimeException | Error failure) {
                end(failure, queue);
            }
        }
    }

    /** Shards that are not in the file. */
    private int[] missing() {
        IntStream.range(0, run.shards())
                .filter(writer::isWritten)
                .forEach(shard ->
                        clock.skipped(run.shard(shard, writer::questionId).questions()));
        return IntStream.range(0, run.shards())
                .filter(shard -> !writer.isWritten(shard))
                .toArray();
    }

    private ShardQueue queue() {
        return new ShardQueue(writer, ShardQueue.DEFAULT_BYTES, clock::committed);
    }

    private Shard compute(int shard, ShardQueue queue) {
        return runner.compute(run.shard(shard, writer::questionId), tokens -> {
            queue.requireWriting();
            clock.layerDone(tokens, queue.progress());
        });
    }

    /** Writes what is computed, marks the run, and throws what is to be said of it. */
    private void end(Throwable failure, ShardQueue queue) {
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
