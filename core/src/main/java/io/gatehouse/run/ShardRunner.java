package io.gatehouse.run;

import io.gatehouse.checkpoint.Tokenizer;
import io.gatehouse.engine.Engine;
import io.gatehouse.quiz.ChoiceScorer;
import io.gatehouse.store.Recording;
import io.gatehouse.store.Shard;
import java.util.function.IntConsumer;

/** Computes shards: the same on one machine and on each of many. For one thread at a time, as its engine is. */
final class ShardRunner {
    private final Engine engine;
    private final Tokenizer tokenizer;
    private final ChoiceScorer scorer;
    private final Recording recording;

    ShardRunner(Engine engine, Tokenizer tokenizer, ChoiceScorer scorer, Recording recording) {
        this.engine = engine;
        this.tokenizer = tokenizer;
        this.scorer = scorer;
        this.recording = recording;
    }

    /** @param layerDone told how many tokens a layer is done with, time and again; ends the shard by throwing */
    Shard compute(ShardTask task, IntConsumer layerDone) {
        ShardRecorder recorder =
                new ShardRecorder(task.questions(), task.questionIds(), scorer, tokenizer, recording, layerDone);
        engine.prefill(
                task.questions().stream().map(Asked::prompt).toList(), ShardRecorder.capture(recording), recorder);
        return recorder.shard(task.number());
    }
}
