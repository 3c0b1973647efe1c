package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Engine;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.ChoiceScorer;
import io.gatehouse.store.write.Shard;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** A run that is ready to be computed: its prompts are tokenised and its model is loaded. Knows no file that it goes to. */
public final class RunComputation implements ShardSource, AutoCloseable {
    private final PromptEncoder encoder;
    private final PreparedRun run;
    private final ShardRunner runner;
    private final DiskNeed.Growth growth;

    private RunComputation(PromptEncoder encoder, PreparedRun run, ShardRunner runner, DiskNeed.Growth growth) {
        this.encoder = encoder;
        this.run = run;
        this.runner = runner;
        this.growth = growth;
    }

    /**
     * Tokenises the prompts of a run.
     *
     * @param begun the unfinished run that it goes on with
     * @param clock says the date that a run begins on, to templates that ask for it
     * @param prompted called after each prompt
     * @throws GatehouseException INVALID_ARGUMENT when a prompt is longer than the model takes, or a conversation is
     *     asked for of a model without a template; OUT_OF_MEMORY when a prompt takes more than there is
     */
    public static RunComputation prepare(
            Checkpoint checkpoint,
            Engine engine,
            RunTask task,
            Optional<UnfinishedRun> begun,
            Clock clock,
            String gatehouseVersion,
            Runnable prompted) {
        requireNonNull(task, "task is null");
        OffsetDateTime date = begun.flatMap(UnfinishedRun::date)
                .orElseGet(() -> OffsetDateTime.now(clock).truncatedTo(ChronoUnit.SECONDS));
        PromptEncoder encoder = PromptEncoder.open(checkpoint, task, date);
        try {
            PreparedRun run = PreparedRun.of(
                    RunModel.of(checkpoint, engine),
                    task,
                    begun,
                    date,
                    encoder,
                    prompt -> {
                        engine.require(prompt);
                        prompted.run();
                    },
                    gatehouseVersion);
            ChoiceScorer scorer = encoder.scorer(task.quiz().mostChoices());
            int answered = Math.min(
                    begun.map(UnfinishedRun::answered).orElse(0), run.prompts().size());
            DiskNeed.Growth growth = DiskNeed.Growth.of(
                    run.prompts().subList(answered, run.prompts().size()), engine.config(), task.recording());
            ShardRunner runner = new ShardRunner(engine, encoder.tokenizer(), scorer, task.recording());
            return new RunComputation(encoder, run, runner, growth);
        } catch (RuntimeException | Error e) {
            encoder.close();
            throw e;
        }
    }

    /** What whoever records the run has to know of it. */
    public RunManifest manifest() {
        return run.manifest(growth);
    }

    @Override
    public void compute(List<Integer> shards, int[] questionIds, Receiver receiver) {
        List<ShardTask> tasks = shards.stream()
                .map(number -> run.shard(number, index -> questionIds[index]))
                .toList();
        for (List<ShardTask> group : runner.together(tasks)) {
            for (Shard shard : runner.compute(group, receiver::layerDone)) {
                receiver.computed(shard);
            }
        }
    }

    @Override
    public void close() {
        encoder.close();
    }
}
