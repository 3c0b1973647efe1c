package io.gatehouse.run;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.write.RunWriter;
import io.gatehouse.store.write.Shard;
import io.gatehouse.store.write.ShardQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Has the shards of a run computed in their order, while those before are written. */
final class ShardPipeline {
    private final ShardSource source;
    private final RunManifest run;
    private final RunClock clock;
    private final RunWriter writer;
    private final long room;

    /** @param room most bytes of shards that wait to be written */
    ShardPipeline(ShardSource source, RunManifest run, RunClock clock, RunWriter writer, long room) {
        this.source = source;
        this.run = run;
        this.clock = clock;
        this.writer = writer;
        this.room = room;
    }

    /** Answers the questions that have no answer yet and ends the run; what is computed is kept, whatever ends it. */
    void run() {
        List<Integer> missing = missing();
        int[] questionIds = IntStream.range(0, run.questions().size())
                .map(writer::questionId)
                .toArray();
        try (ShardQueue queue = new ShardQueue(writer, room, clock::committed)) {
            try {
                if (!missing.isEmpty()) {
                    source.compute(missing, questionIds, receiver(queue));
                }
                queue.drain();
                writer.finish(RunStatus.COMPLETE);
            } catch (RuntimeException | Error failure) {
                end(failure, queue);
            }
        }
    }

    /** Shards that are not in the file. */
    private List<Integer> missing() {
        List<Integer> missing = new ArrayList<>();
        for (int number = 0; number < run.shards(); number++) {
            if (writer.isWritten(number)) {
                clock.skipped((int) run.shard(number).count(), run.tokens(number));
            } else {
                missing.add(number);
            }
        }
        return missing;
    }

    private ShardSource.Receiver receiver(ShardQueue queue) {
        return new ShardSource.Receiver() {
            @Override
            public void layerDone(int tokens) {
                queue.requireWriting();
                clock.layerDone(tokens, queue.progress());
            }

            @Override
            public void computed(Shard shard) {
                queue.put(shard);
            }
        };
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
