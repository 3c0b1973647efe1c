package io.gatehouse.run;

import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.engine.prefill.Generated;
import io.gatehouse.engine.prefill.GenerationListener;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.engine.prefill.RoutingBatch;
import io.gatehouse.quiz.ChoiceScorer;
import io.gatehouse.run.prompt.PromptedQuestion;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Recording.Probabilities;
import io.gatehouse.store.write.Shard;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Sorts what the engine computes for the texts of many shards into the columns of each. A shard is handed over when its
 * last text has ended, on the thread that computes. While the columns of unfinished shards take much memory, no further
 * text begins.
 */
final class GenerationRecorder implements GenerationListener {
    private final ChoiceScorer scorer;
    private final GenerationPlan plan;
    private final Tokenizer tokenizer;
    private final Recording recording;
    private final IntConsumer layerDone;
    private final Consumer<Shard> computed;
    private final long room;

    private final List<PromptedQuestion> prompts = new ArrayList<>();
    /** Of each prompt: its shard, and its place there. */
    private final List<GeneratedShard> shards = new ArrayList<>();

    private final int[] places;
    private final long[] starts;
    private final AtomicLong held = new AtomicLong();
    private final Queue<GeneratedShard> finished = new ConcurrentLinkedQueue<>();

    /**
     * @param plan finds the answers in the texts; if it does not, they are those of the scorer
     * @param layerDone called repeatedly with the number of tokens that a layer is done with; ends the generation by
     *     throwing
     * @param computed is given each shard
     * @param room bytes that the columns of unfinished shards may take before texts have to wait
     */
    GenerationRecorder(
            List<ShardTask> tasks,
            ChoiceScorer scorer,
            GenerationPlan plan,
            Tokenizer tokenizer,
            Recording recording,
            IntConsumer layerDone,
            Consumer<Shard> computed,
            long room) {
        this.scorer = scorer;
        this.plan = plan;
        this.tokenizer = tokenizer;
        this.recording = recording;
        this.layerDone = layerDone;
        this.computed = computed;
        this.room = room;
        for (ShardTask task : tasks) {
            GeneratedShard shard = new GeneratedShard(task, recording.scope(), tokenizer, plan);
            for (PromptedQuestion prompted : task.questions()) {
                prompts.add(prompted);
                shards.add(shard);
            }
        }
        this.places = tasks.stream()
                .flatMapToInt(task -> IntStream.range(0, task.questions().size()))
                .toArray();
        this.starts = new long[places.length];
    }

    /** The prompts of all shards. */
    List<Prompt> prompts() {
        return prompts.stream().map(PromptedQuestion::prompt).toList();
    }

    /** The number that decides, with a seed, what is drawn for a text: its question has the same one in every run. */
    long stream(int prompt) {
        return prompts.get(prompt).stream();
    }

    @Override
    public boolean mayBegin(int prompt) {
        return held.get() < room;
    }

    @Override
    public void began(int prompt) {
        starts[prompt] = System.nanoTime();
    }

    @Override
    public void routed(RoutingBatch batch, Phase phase) {
        boolean generated = phase == Phase.GENERATED;
        for (int row = 0; row < batch.tokens(); row++) {
            int prompt = batch.prompts()[row];
            held.addAndGet(shards.get(prompt).add(batch, row, places[prompt], generated));
        }
        // Of generated tokens, none is the last one of a prompt.
        if (!generated || recording.probabilities() == Probabilities.ALL) {
            batch.probabilities().ifPresent(values -> {
                for (int i = 0; i < values.rows().length; i++) {
                    int prompt = batch.prompts()[values.rows()[i]];
                    held.addAndGet(shards.get(prompt).addGate(batch, values, i, places[prompt]));
                }
            });
        }
        batch.expertNorms().ifPresent(values -> {
            for (int i = 0; i < values.rows().length; i++) {
                int prompt = batch.prompts()[values.rows()[i]];
                held.addAndGet(shards.get(prompt).addNorms(batch, values, i, places[prompt]));
            }
        });
    }

    @Override
    public void promptLogits(int prompt, float[] logits) {
        GeneratedShard shard = shards.get(prompt);
        if (plan.answer().isPresent()) {
            shard.prompted(places[prompt], ChoiceScorer.topToken(logits));
        } else {
            shard.answer(ShardRecorder.answer(
                    prompts.get(prompt), shard.questionId(places[prompt]), scorer, tokenizer, logits));
        }
    }

    @Override
    public void finished(int prompt, Generated text) {
        int milliseconds = (int) Math.min(Integer.MAX_VALUE, (System.nanoTime() - starts[prompt]) / 1_000_000);
        if (shards.get(prompt).finish(places[prompt], text, milliseconds)) {
            finished.add(shards.get(prompt));
        }
    }

    @Override
    public void layerDone(int layer, int tokens) {
        layerDone.accept(tokens);
        handOver();
    }

    /** Hands over the shards whose texts have all ended. */
    void handOver() {
        for (GeneratedShard shard = finished.poll(); shard != null; shard = finished.poll()) {
            computed.accept(shard.shard());
            held.addAndGet(-shard.bytes());
            // Many shards may end in one pass: the generation can end between them, too.
            layerDone.accept(0);
        }
    }
}
