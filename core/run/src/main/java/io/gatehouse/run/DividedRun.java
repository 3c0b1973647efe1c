package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.store.Store;
import io.gatehouse.store.write.RunWriter;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** A run whose shards are computed by other machines: the same prompts and the same shards as of a {@link QuizRun}. */
public final class DividedRun {
    private final PreparedRun run;
    private final RunTerms terms;
    private final int[] questionIds;

    private DividedRun(PreparedRun run, RunTerms terms, int[] questionIds) {
        this.run = run;
        this.terms = terms;
        this.questionIds = questionIds;
    }

    /**
     * Registers the run and its questions, or goes on with an unfinished one of the name.
     *
     * @param request settled; what it asks for is computed in, on every machine
     * @param register what is known of the runs and questions that are there
     * @throws io.gatehouse.error.GatehouseException RUN_EXISTS when the name is that of a complete run or of an
     *     unfinished one that was begun otherwise, INVALID_ARGUMENT when a prompt is longer than the model takes, or a
     *     conversation is asked for of a model without a template
     */
    public static DividedRun begin(
            Checkpoint checkpoint, RunRequest request, RunTask task, Store register, String gatehouseVersion) {
        requireNonNull(task, "task is null");
        Optional<UnfinishedRun> begun = UnfinishedRun.find(register, task.name());
        OffsetDateTime date = begun.flatMap(UnfinishedRun::date)
                .orElseGet(() -> OffsetDateTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS));
        try (PromptEncoder encoder = PromptEncoder.open(checkpoint, task, date)) {
            PreparedRun run = PreparedRun.of(
                    RunModel.asked(checkpoint, request.engineOptions()),
                    task,
                    begun,
                    date,
                    encoder,
                    any -> {},
                    gatehouseVersion);
            try (RunWriter writer = run.open(register, begun.isPresent())) {
                int[] ids = new int[run.prompts().size()];
                for (int i = 0; i < ids.length; i++) {
                    ids[i] = writer.questionId(i);
                }
                RunTerms terms = new RunTerms(
                        writer.runId(),
                        run.description(),
                        checkpoint.directory().toAbsolutePath().normalize().toString(),
                        request.toMap(),
                        task.chat(),
                        task.format().begun(),
                        date,
                        task.quiz().mostChoices());
                return new DividedRun(run, terms, ids);
            }
        }
    }

    /** Number of the run in its directory. */
    public int runId() {
        return terms.runId();
    }

    public String name() {
        return run.description().name();
    }

    /** What each of the machines is told. */
    public RunTerms terms() {
        return terms;
    }

    public int questions() {
        return run.prompts().size();
    }

    /** Number of prompt tokens of all questions. */
    public long tokens() {
        return run.prompts().stream().mapToLong(Asked::tokens).sum();
    }

    /** Number of shards. */
    public int shards() {
        return run.shards();
    }

    /** A shard, from 0. */
    public ShardTask shard(int number) {
        return run.shard(number, index -> questionIds[index]);
    }
}
