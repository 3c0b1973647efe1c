package io.gatehouse.bench.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.bench.Spread;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.prefill.PrefillListener;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.engine.prefill.RoutingBatch;
import io.gatehouse.error.FileFailure;
import io.gatehouse.quiz.ChoiceScorer;
import io.gatehouse.quiz.Question;
import io.gatehouse.run.RunModel;
import io.gatehouse.run.ShardRecorder;
import io.gatehouse.run.ShardRunner;
import io.gatehouse.run.ShardTask;
import io.gatehouse.run.prompt.PromptSegments;
import io.gatehouse.run.prompt.PromptedQuestion;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.QuestionRow;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Recording.Probabilities;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.run.TokenSegment;
import io.gatehouse.store.write.RunWriter;
import io.gatehouse.store.write.ShardQueue;
import io.gatehouse.store.write.WritingProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Measures what it costs a run to keep everything: the same prompts of random tokens go through the same engine with all
 * of its routing let out, once into a file and once into nothing, in turns. Of each the median counts.
 */
public final class RunBench {
    private static final Recording EVERYTHING = new Recording(Scope.PROMPT, Probabilities.ALL, true);

    private final Checkpoint checkpoint;
    private final Engine engine;
    private final int rounds;

    /** @param rounds how often everything is measured */
    public RunBench(Checkpoint checkpoint, Engine engine, int rounds) {
        this.checkpoint = requireNonNull(checkpoint, "checkpoint is null");
        this.engine = requireNonNull(engine, "engine is null");
        this.rounds = rounds;
    }

    /**
     * What a run of the prompts took.
     *
     * @param keptSeconds with decisions, whole gates and norms of every token in a file at the end
     * @param droppedSeconds with the same let out of the engine and thrown away
     * @param writing how the writing went, of the last round
     */
    public record Measured(int tokens, double keptSeconds, double droppedSeconds, WritingProgress writing) {
        /** What keeping adds, as a share of the time without. */
        public double overhead() {
            return keptSeconds / droppedSeconds - 1;
        }
    }

    /**
     * Sends shards of prompts through the engine.
     *
     * @param directory where files are made and deleted
     * @param shards how many shards of {@code prompts} prompts of {@code tokens} tokens
     */
    public Measured measure(Path directory, int shards, int prompts, int tokens) {
        List<Double> kept = new ArrayList<>();
        List<Double> dropped = new ArrayList<>();
        WritingProgress writing = WritingProgress.NOTHING;
        try (Tokenizer tokenizer = checkpoint.openTokenizer()) {
            ChoiceScorer scorer = ChoiceScorer.of(tokenizer);
            List<List<PromptedQuestion>> asked = asked(tokenizer, shards, prompts, tokens);
            drop(asked.subList(0, 1), scorer);
            for (int round = 0; round < rounds; round++) {
                long start = System.nanoTime();
                drop(asked, scorer);
                long between = System.nanoTime();
                writing = keep(directory.resolve("run.duckdb"), asked, tokenizer, scorer);
                kept.add((System.nanoTime() - between) / 1e9);
                dropped.add((between - start) / 1e9);
            }
        }
        return new Measured(
                shards * prompts * tokens,
                Spread.of(kept).median(),
                Spread.of(dropped).median(),
                writing);
    }

    private void drop(List<List<PromptedQuestion>> shards, ChoiceScorer scorer) {
        for (List<PromptedQuestion> shard : shards) {
            engine.prefill(prompts(shard), ShardRecorder.capture(EVERYTHING), new PrefillListener() {
                @Override
                public void routed(RoutingBatch batch) {}

                @Override
                public void lastLogits(int prompt, float[] logits) {
                    scorer.score(logits);
                }
            });
        }
    }

    private WritingProgress keep(
            Path file, List<List<PromptedQuestion>> shards, Tokenizer tokenizer, ChoiceScorer scorer) {
        List<QuestionRow> questions =
                shards.stream().flatMap(List::stream).map(PromptedQuestion::row).toList();
        int size = shards.get(0).size();
        ShardRunner runner = new ShardRunner(engine, tokenizer, scorer, EVERYTHING, Optional.empty());
        try (Store store = Store.create(file);
                RunWriter writer = store.startRun(description(), questions);
                ShardQueue queue = new ShardQueue(writer, ShardQueue.DEFAULT_BYTES, (commit, waiting) -> {})) {
            for (int number = 0; number < shards.size(); number++) {
                int first = number * size;
                int[] ids = IntStream.range(first, first + size)
                        .map(writer::questionId)
                        .toArray();
                ShardTask task = new ShardTask(number, shards.get(number), ids);
                queue.put(runner.compute(task, layer -> queue.requireWriting()));
            }
            queue.drain();
            writer.finish(RunStatus.COMPLETE);
            return queue.progress();
        } finally {
            delete(file);
        }
    }

    private static List<Prompt> prompts(List<PromptedQuestion> shard) {
        return shard.stream().map(PromptedQuestion::prompt).toList();
    }

    private static List<List<PromptedQuestion>> asked(Tokenizer tokenizer, int shards, int prompts, int tokens) {
        SplittableRandom random = new SplittableRandom(1);
        return IntStream.range(0, shards)
                .mapToObj(shard -> IntStream.range(0, prompts)
                        .mapToObj(i -> new PromptedQuestion(
                                new Question(
                                        "random", shard * prompts + i + 1, "tokens", List.of("a", "b", "c", "d"), 'A'),
                                new Prompt(random.ints(tokens, 0, tokenizer.vocabSize())
                                        .toArray()),
                                PromptSegments.of(TokenSegment.QUESTION, tokens)))
                        .toList())
                .toList();
    }

    private RunDescription description() {
        return RunModel.of(checkpoint, engine).describe("bench", "random", "random", 0, EVERYTHING, "bench");
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
    }
}
