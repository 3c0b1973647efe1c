package io.gatehouse.run;

import io.gatehouse.checkpoint.Tokenizer;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.PrefillRequest;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.ChoiceScorer;
import io.gatehouse.store.Recording;
import io.gatehouse.store.RunStatus;
import io.gatehouse.store.RunWriter;
import io.gatehouse.store.Shard;
import io.gatehouse.store.ShardQueue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Computes the shards of a run in their order, while those before are written. */
final class ShardPipeline {
    /**
     * Questions of a shard. Fixed, so that the same request always makes the same shards: large enough to fill
     * micro-batches, small enough that little is lost when a run is stopped.
     */
    private static final int SHARD_QUESTIONS = 64;

    private final Engine engine;
    private final List<Asked> prompts;
    private final Recording recording;
    private final Tokenizer tokenizer;
    private final ChoiceScorer scorer;
    private final RunClock clock;
    private final RunWriter writer;

    ShardPipeline(
            Engine engine,
            List<Asked> prompts,
            Recording recording,
            Tokenizer tokenizer,
            ChoiceScorer scorer,
            RunClock clock,
            RunWriter writer) {
        this.engine = engine;
        this.prompts = prompts;
        this.recording = recording;
        this.tokenizer = tokenizer;
        this.scorer = scorer;
        this.clock = clock;
        this.writer = writer;
    }

    /** Answers the questions that have no answer yet and ends the run; what is computed is kept, whatever ends it. */
    void run() {
        List<List<Integer>> groups = together(missing());
        try (ShardQueue queue = queue()) {
            try {
                for (List<Integer> shards : groups) {
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
    private int[] missing() {
        int shards = (prompts.size() + SHARD_QUESTIONS - 1) / SHARD_QUESTIONS;
        IntStream.range(0, shards).filter(writer::isWritten).forEach(shard -> clock.skipped(questions(shard)));
        return IntStream.range(0, shards)
                .filter(shard -> !writer.isWritten(shard))
                .toArray();
    }

    /**
     * Shards that are computed together: as many as fit where the weights are read again each time, else each by
     * itself, so that it is in the file the sooner. The result of a shard does not depend on it.
     */
    private List<List<Integer>> together(int[] shards) {
        long most = engine.memory().streamed() ? engine.tokensTogether() : 0;
        List<List<Integer>> groups = new ArrayList<>();
        long tokens = 0;
        for (int shard : shards) {
            long more = questions(shard).stream().mapToLong(Asked::tokens).sum();
            if (groups.isEmpty() || tokens + more > most) {
                groups.add(new ArrayList<>());
                tokens = 0;
            }
            groups.get(groups.size() - 1).add(shard);
            tokens += more;
        }
        return groups;
    }

    private ShardQueue queue() {
        return new ShardQueue(writer, ShardQueue.DEFAULT_BYTES, clock::committed);
    }

    private List<Asked> questions(int shard) {
        int from = shard * SHARD_QUESTIONS;
        return prompts.subList(from, Math.min(from + SHARD_QUESTIONS, prompts.size()));
    }

    private List<Shard> compute(List<Integer> shards, ShardQueue queue) {
        Map<Integer, ShardRecorder> recorders = new LinkedHashMap<>();
        shards.forEach(shard -> recorders.put(shard, recorder(shard, queue)));
        List<PrefillRequest> requests = new ArrayList<>();
        recorders.forEach((shard, recorder) -> requests.add(
                new PrefillRequest(questions(shard).stream().map(Asked::prompt).toList(), recorder)));
        engine.prefill(requests, ShardRecorder.capture(recording));
        return recorders.entrySet().stream()
                .map(entry -> entry.getValue().shard(entry.getKey()))
                .toList();
    }

    private ShardRecorder recorder(int shard, ShardQueue queue) {
        List<Asked> questions = questions(shard);
        int[] questionIds = IntStream.range(0, questions.size())
                .map(i -> writer.questionId(shard * SHARD_QUESTIONS + i))
                .toArray();
        return new ShardRecorder(questions, questionIds, scorer, tokenizer, recording, tokens -> {
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
