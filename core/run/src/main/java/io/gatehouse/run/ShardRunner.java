package io.gatehouse.run;

import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.prefill.PrefillRequest;
import io.gatehouse.quiz.ChoiceScorer;
import io.gatehouse.run.prompt.PromptedQuestion;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.write.Shard;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** Computes shards: the same on one machine and on each of many. For one thread at a time, as its engine is. */
public final class ShardRunner {
    private final Engine engine;
    private final Tokenizer tokenizer;
    private final ChoiceScorer scorer;
    private final Recording recording;
    private final Optional<TextGeneration> generation;

    /** @param generation how text is generated after the prompts, if it is */
    public ShardRunner(
            Engine engine,
            Tokenizer tokenizer,
            ChoiceScorer scorer,
            Recording recording,
            Optional<TextGeneration> generation) {
        this.engine = engine;
        this.tokenizer = tokenizer;
        this.scorer = scorer;
        this.recording = recording;
        this.generation = generation;
    }

    /**
     * Shards that are computed together: as many as fit where the weights are read or decoded again each time,
     * otherwise one by one, so that each is in the file sooner. The result of a shard does not depend on it.
     */
    private List<List<ShardTask>> together(List<ShardTask> shards) {
        long most = engine.memory().preparesLayers() ? engine.tokensTogether() : 0;
        List<List<ShardTask>> groups = new ArrayList<>();
        long tokens = 0;
        for (ShardTask shard : shards) {
            if (groups.isEmpty() || tokens + shard.tokens() > most) {
                groups.add(new ArrayList<>());
                tokens = 0;
            }
            groups.get(groups.size() - 1).add(shard);
            tokens += shard.tokens();
        }
        return groups;
    }

    /**
     * Computes shards. Where text is generated, all of them are active at once, as far as memory allows, and each is
     * computed when its last text ends.
     *
     * @param layerDone called repeatedly with the number of tokens that a layer is done with; ends the computation by
     *     throwing
     * @param computed is given each shard, and may make the computation wait
     */
    void compute(List<ShardTask> shards, IntConsumer layerDone, Consumer<Shard> computed) {
        if (generation.isPresent()) {
            generate(shards, generation.get(), layerDone, computed);
            return;
        }
        for (List<ShardTask> group : together(shards)) {
            prefill(group, layerDone).forEach(computed);
        }
    }

    private void generate(
            List<ShardTask> shards, TextGeneration texts, IntConsumer layerDone, Consumer<Shard> computed) {
        GenerationRecorder recorder = new GenerationRecorder(
                shards, scorer, texts.plan(), tokenizer, recording, layerDone, computed, RunRecording.room());
        engine.generate(
                recorder.prompts(),
                texts.options().sampled(texts.plan().sampling(), recorder::stream),
                ShardRecorder.capture(recording),
                recorder);
        recorder.handOver();
    }

    private List<Shard> prefill(List<ShardTask> shards, IntConsumer layerDone) {
        List<ShardRecorder> recorders = new ArrayList<>();
        List<PrefillRequest> requests = new ArrayList<>();
        for (ShardTask shard : shards) {
            ShardRecorder recorder =
                    new ShardRecorder(shard.questions(), shard.questionIds(), scorer, tokenizer, recording, layerDone);
            recorders.add(recorder);
            requests.add(new PrefillRequest(
                    shard.questions().stream().map(PromptedQuestion::prompt).toList(), recorder));
        }
        engine.prefill(requests, ShardRecorder.capture(recording));
        List<Shard> computed = new ArrayList<>();
        for (int i = 0; i < recorders.size(); i++) {
            computed.add(recorders.get(i).shard(shards.get(i).number()));
        }
        return computed;
    }

    /** Computes one shard. */
    public Shard compute(ShardTask shard, IntConsumer layerDone) {
        List<Shard> one = new ArrayList<>();
        compute(List.of(shard), layerDone, one::add);
        return one.get(0);
    }
}
