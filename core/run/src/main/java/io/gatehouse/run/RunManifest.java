package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.store.Store;
import io.gatehouse.store.run.Generation;
import io.gatehouse.store.run.QuestionRow;
import io.gatehouse.store.run.RunDefinition;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.write.RunWriter;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A run before anything is computed, as its file knows it: everything that is needed to record it, and nothing about the
 * model.
 *
 * @param questions in the order that they are asked in
 * @param more what decides what the run computes and keeps, beside description and questions
 * @param growth what the questions that have no answer yet will put on the disk
 */
public record RunManifest(
        RunDescription description, List<Entry> questions, Map<String, String> more, DiskNeed.Growth growth) {
    /**
     * Questions of a shard. Fixed, so that the same request always makes the same shards: large enough to fill
     * micro-batches, small enough that little is lost when a run is stopped.
     */
    private static final int SHARD_QUESTIONS = 64;

    /** The same with text: of long ones, fewer questions make a shard, which is held until all of them are answered. */
    private static final int SHARD_GENERATED_TOKENS = 64 * 512;

    /** The property with the number of questions that are left out because their prompts are too long. */
    static final String SKIPPED = RunDefinition.SKIPPED;

    /** The property with the number of prompts that have fewer solved examples, because they would be too long. */
    static final String SHORTENED = RunDefinition.SHORTENED;

    /** A question and the number of tokens of its prompt. */
    public record Entry(QuestionRow question, int tokens) {
        public Entry {
            requireNonNull(question, "question is null");
            if (tokens < 1) {
                throw new IllegalArgumentException("A prompt of %d tokens".formatted(tokens));
            }
        }
    }

    public RunManifest {
        requireNonNull(description, "description is null");
        requireNonNull(growth, "growth is null");
        questions = List.copyOf(questions);
        more = Map.copyOf(more);
    }

    /** Registers the run, or resumes the unfinished one of its name. */
    RunWriter open(Store store, boolean resumed) {
        List<QuestionRow> rows = questions.stream().map(Entry::question).toList();
        return resumed ? store.resumeRun(description, rows, more) : store.startRun(description, rows, more);
    }

    /** Number of questions that are left out because their prompts are longer than the model takes. */
    int skipped() {
        return RunDefinition.count(more, SKIPPED);
    }

    /** Number of prompts with fewer solved examples than asked for, because they would be longer than that. */
    int shortened() {
        return RunDefinition.count(more, SHORTENED);
    }

    /** Number of shards. */
    public int shards() {
        return shards(questions.size(), description.generation());
    }

    /** The indices of the questions of a shard. */
    public IntStream shard(int number) {
        return shard(number, questions.size(), description.generation());
    }

    /** Number of prompt tokens of a shard. */
    long tokens(int shard) {
        return shard(shard).mapToLong(index -> questions.get(index).tokens()).sum();
    }

    /** Number of prompt tokens of all questions. */
    long tokens() {
        return questions.stream().mapToLong(Entry::tokens).sum();
    }

    /** The most tokens of a shard that are generated and fed to the model again: the last one of a text is not. */
    long mostGenerated(int shard) {
        return shard(shard).count() * Math.max(0, description.generation().maxNewTokens() - 1);
    }

    static int shards(int questions, Generation generation) {
        int each = questionsOfShard(generation);
        return (questions + each - 1) / each;
    }

    static IntStream shard(int number, int questions, Generation generation) {
        int each = questionsOfShard(generation);
        return IntStream.range(number * each, Math.min((number + 1) * each, questions));
    }

    private static int questionsOfShard(Generation generation) {
        int fit = SHARD_GENERATED_TOKENS / Math.max(1, generation.maxNewTokens());
        return Math.max(1, Math.min(SHARD_QUESTIONS, fit));
    }
}
