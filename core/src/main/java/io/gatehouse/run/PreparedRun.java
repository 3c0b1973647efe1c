package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.engine.Prompt;
import io.gatehouse.store.QuestionRow;
import io.gatehouse.store.RunDescription;
import io.gatehouse.store.RunWriter;
import io.gatehouse.store.Store;
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
 * @param begun whether it goes on with an unfinished one
 */
record PreparedRun(RunDescription description, List<Asked> prompts, Map<String, String> more, boolean begun) {
    /**
     * Questions of a shard. Fixed, so that the same request always makes the same shards: large enough to fill
     * micro-batches, small enough that little is lost when a run is stopped.
     */
    private static final int SHARD_QUESTIONS = 64;

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
            RunRequest request,
            Optional<UnfinishedRun> begun,
            OffsetDateTime date,
            PromptEncoder encoder,
            Consumer<Prompt> requirement,
            String gatehouseVersion) {
        List<Asked> prompts = QuizPrompts.of(model.checkpoint(), request, encoder, requirement);
        Map<String, String> more = new TreeMap<>(Map.of("prompts", PromptDigest.of(prompts)));
        if (encoder.asksForTheDate() && begun.map(run -> run.date().isPresent()).orElse(true)) {
            more.put(UnfinishedRun.DATE, date.toString());
        }
        RunDescription description = model.describe(
                request.name(),
                request.quiz().name(),
                request.formatId(),
                request.shots(),
                request.recording(),
                gatehouseVersion);
        return new PreparedRun(description, prompts, more, begun.isPresent());
    }

    /** Registers the run, or goes on with it. */
    RunWriter open(Store store) {
        List<QuestionRow> questions = prompts.stream().map(Asked::row).toList();
        return begun ? store.resumeRun(description, questions, more) : store.startRun(description, questions, more);
    }

    /** Number of shards. */
    int shards() {
        return (prompts.size() + SHARD_QUESTIONS - 1) / SHARD_QUESTIONS;
    }

    /** @param ids what the store calls the question at an index */
    ShardTask shard(int number, IntUnaryOperator ids) {
        int from = number * SHARD_QUESTIONS;
        int to = Math.min(from + SHARD_QUESTIONS, prompts.size());
        return new ShardTask(
                number,
                prompts.subList(from, to),
                IntStream.range(from, to).map(ids).toArray());
    }
}
