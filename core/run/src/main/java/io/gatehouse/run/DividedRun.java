package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.run.prompt.PromptEncoder;
import io.gatehouse.run.prompt.PromptedQuestion;
import io.gatehouse.store.Store;
import io.gatehouse.store.write.RunWriter;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Optional;

/** A run whose shards are computed by other machines: the same prompts and the same shards as of a {@link QuizRun}. */
public final class DividedRun {
    private final Run run;
    private final ShardWorker.Setup setup;
    private final int[] questionIds;

    private DividedRun(Run run, ShardWorker.Setup setup, int[] questionIds) {
        this.run = run;
        this.setup = setup;
        this.questionIds = questionIds;
    }

    /**
     * Registers the run and its questions, or resumes the unfinished one of the name.
     *
     * @param request settled; every machine computes with its engine options
     * @param register what is known of the runs and questions that are there
     * @throws io.gatehouse.error.GatehouseException RUN_EXISTS when the name is that of a complete run or of an
     *     unfinished one that was begun otherwise, INVALID_ARGUMENT when a prompt is longer than the model takes, or prompts
     *     are chat messages and the model has no chat template
     */
    public static DividedRun begin(
            Checkpoint checkpoint, RunRequest request, RunTask task, Store register, String gatehouseVersion) {
        requireNonNull(task, "task is null");
        Optional<UnfinishedRun> unfinished = UnfinishedRun.find(register, task.name());
        OffsetDateTime date = UnfinishedRun.dateOf(unfinished, Clock.system(ZoneId.systemDefault()));
        try (PromptEncoder encoder = PromptEncoder.open(
                checkpoint, task.chat(), task.thinking(), task.format().answerPrefix(), date)) {
            Run run = Run.prepare(
                    RunModel.requested(checkpoint, request.engineOptions()),
                    task,
                    unfinished,
                    date,
                    encoder,
                    any -> {},
                    gatehouseVersion);
            try (RunWriter writer = run.manifest(DiskNeed.Growth.UNKNOWN).open(register, unfinished.isPresent())) {
                int[] ids = new int[run.prompts().size()];
                for (int i = 0; i < ids.length; i++) {
                    ids[i] = writer.questionId(i);
                }
                ShardWorker.Setup setup = new ShardWorker.Setup(
                        writer.runId(),
                        run.description(),
                        checkpoint.directory().toAbsolutePath().normalize().toString(),
                        request.toMap(),
                        task.chat(),
                        task.thinking(),
                        task.format().answerPrefix(),
                        date,
                        task.scoredChoices());
                return new DividedRun(run, setup, ids);
            }
        }
    }

    /** Number of the run in its directory. */
    public int runId() {
        return setup.runId();
    }

    public String name() {
        return run.description().name();
    }

    /** What each machine has to know to compute shards. */
    public ShardWorker.Setup setup() {
        return setup;
    }

    public int questions() {
        return run.prompts().size();
    }

    /** Number of prompt tokens of all questions. */
    public long tokens() {
        return run.prompts().stream().mapToLong(PromptedQuestion::tokens).sum();
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
