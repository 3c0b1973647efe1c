package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.write.RunWriter;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * A run before anything is computed: what it asks, how that is divided, and how the store is to know it.
 *
 * @param more what decides what the run computes and keeps, beside description and questions
 */
record PreparedRun(RunDescription description, List<Asked> prompts, Map<String, String> more) {
    PreparedRun {
        requireNonNull(description, "description is null");
        prompts = List.copyOf(prompts);
        more = Map.copyOf(more);
    }

    /**
     * Prepares it.
     *
     * @param begun the unfinished run that it goes on with
     * @param date what a template is told that it is
     * @param requirement throws where a prompt cannot be computed
     */
    static PreparedRun of(
            RunModel model,
            RunTask task,
            Optional<UnfinishedRun> begun,
            OffsetDateTime date,
            PromptEncoder encoder,
            Consumer<Prompt> requirement,
            String gatehouseVersion) {
        List<Asked> prompts = QuizPrompts.of(model.checkpoint(), task, encoder, requirement);
        Map<String, String> more = new TreeMap<>(Map.of("prompts", PromptDigest.of(prompts)));
        if (encoder.asksForTheDate() && begun.map(run -> run.date().isPresent()).orElse(true)) {
            more.put(UnfinishedRun.DATE, date.toString());
        }
        RunDescription description = model.describe(
                task.name(), task.quiz().name(), task.formatId(), task.shots(), task.recording(), gatehouseVersion);
        return new PreparedRun(description, prompts, more);
    }

    /** What whoever records the run has to know of it. */
    RunManifest manifest(DiskNeed.Growth growth) {
        return new RunManifest(
                description,
                prompts.stream()
                        .map(asked -> new RunManifest.Entry(asked.row(), asked.tokens()))
                        .toList(),
                more,
                growth);
    }

    /** Registers the run, or goes on with it. */
    RunWriter open(Store store, boolean begun) {
        return manifest(DiskNeed.Growth.UNKNOWN).open(store, begun);
    }

    /** Number of shards. */
    int shards() {
        return RunManifest.shards(prompts.size());
    }

    /** @param ids what the store calls the question at an index */
    ShardTask shard(int number, IntUnaryOperator ids) {
        int[] indices = RunManifest.shard(number, prompts.size()).toArray();
        return new ShardTask(
                number,
                prompts.subList(indices[0], indices[0] + indices.length),
                IntStream.of(indices).map(ids).toArray());
    }
}
