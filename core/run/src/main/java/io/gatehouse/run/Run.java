package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Sha256;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.run.prompt.PromptEncoder;
import io.gatehouse.run.prompt.PromptedQuestion;
import io.gatehouse.store.run.RunDescription;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * A run before anything is computed: its prompts, how they are divided into shards, and how the store knows the run.
 *
 * @param prompts in the order in which they are computed
 * @param more what decides what the run computes and keeps, beside description and questions
 */
record Run(RunDescription description, List<PromptedQuestion> prompts, Map<String, String> more) {
    Run {
        requireNonNull(description, "description is null");
        prompts = List.copyOf(prompts);
        more = Map.copyOf(more);
    }

    /**
     * Tokenises the prompts of a run.
     *
     * @param unfinished the run that it resumes
     * @param date for chat templates that use it
     * @param requirement throws where a prompt cannot be computed
     */
    static Run prepare(
            RunModel model,
            RunTask task,
            Optional<UnfinishedRun> unfinished,
            OffsetDateTime date,
            PromptEncoder encoder,
            Consumer<Prompt> requirement,
            String gatehouseVersion) {
        QuizPrompts quiz = QuizPrompts.of(model.checkpoint(), task, encoder, requirement);
        List<PromptedQuestion> prompts = quiz.prompts();
        Map<String, String> more = new TreeMap<>(Map.of("prompts", digest(prompts)));
        if (task.longPrompts() != LongPrompts.FAIL) {
            more.put("long_prompts", task.longPrompts().id());
            more.put(RunManifest.SKIPPED, Integer.toString(quiz.skipped()));
            more.put(RunManifest.SHORTENED, Integer.toString(quiz.shortened()));
        }
        if (encoder.usesDate() && unfinished.map(run -> run.date().isPresent()).orElse(true)) {
            more.put(UnfinishedRun.DATE, date.toString());
        }
        RunDescription description = model.describe(
                        task.name(),
                        task.quiz().name(),
                        task.formatId(),
                        task.shots(),
                        task.recording(),
                        gatehouseVersion)
                .withGeneration(task.generationDescription());
        return new Run(description, prompts, more);
    }

    /** What a process that records the run has to know about it. */
    RunManifest manifest(DiskNeed.Growth growth) {
        return new RunManifest(
                description,
                prompts.stream()
                        .map(prompt -> new RunManifest.Entry(prompt.row(), prompt.tokens()))
                        .toList(),
                more,
                growth);
    }

    /** Number of shards. */
    int shards() {
        return RunManifest.shards(prompts.size(), description.generation());
    }

    /** @param ids what the store calls the question at an index */
    ShardTask shard(int number, IntUnaryOperator ids) {
        int[] indices = RunManifest.shard(number, prompts.size(), description.generation())
                .toArray();
        return new ShardTask(
                number,
                prompts.subList(indices[0], indices[0] + indices.length),
                IntStream.of(indices).map(ids).toArray());
    }

    /**
     * The first 16 hex digits of the SHA-256 of every token of every prompt, which follow from quiz, examples, format and
     * tokenizer.
     */
    private static String digest(List<PromptedQuestion> prompts) {
        MessageDigest digest = Sha256.digest();
        for (PromptedQuestion question : prompts) {
            int[] tokens = question.prompt().tokens();
            ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (tokens.length + 2));
            bytes.putInt(tokens.length).putInt(question.prompt().sharedPrefix());
            bytes.asIntBuffer().put(tokens);
            digest.update(bytes.array());
        }
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }
}
