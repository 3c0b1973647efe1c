package io.gatehouse.run;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.RunStatus;
import io.gatehouse.store.RunWriter;
import io.gatehouse.store.Shard;
import io.gatehouse.store.ShardQueue;
import java.util.ArrayList;
import java.util.List;

/** Computes the shards of a run in their order, while those before are written. */
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
        List<List<ShardTask>> groups = runner.together(missing());
        try (ShardQueue queue = queue()) {
            try {
                for (List<ShardTask> shards : groups) {
                    compute(shards, queue).forEach(queue::put);
                }
                queue.drain();
                writer.finish(RunStatus.COMPLETE);
            } catch (RuntimeException | Error failure) {
                end(failure, queue);
            }
        }
    }

    /** Shards that are not in the file. */
    private List<ShardTask> missing() {
        List<ShardTask> missing = new ArrayList<>();
        for (int number = 0; number < run.shards(); number++) {
            ShardTask shard = run.shard(number, writer::questionId);
            if (writer.isWritten(number)) {
                clock.skipped(shard.questions());
            } else {
                missing.add(shard);
            }
        }
        return missing;
    }

    private ShardQueue queue() {
        return new ShardQueue(writer, ShardQueue.DEFAULT_BYTES, clock::committed);
    }

    private List<Shard> compute(List<ShardTask> shards, ShardQueue queue) {
        return runner.compute(shards, tokens -> {
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
