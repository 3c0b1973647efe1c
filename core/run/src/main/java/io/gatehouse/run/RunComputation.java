package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Engine;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.ChoiceScorer;
import io.gatehouse.run.prompt.PromptEncoder;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/** A run that is ready to be computed: its prompts are tokenised and its model is loaded. Does not know the file. */
public final class RunComputation implements ShardSource, AutoCloseable {
    private final PromptEncoder encoder;
    private final Run run;
    private final ShardRunner runner;
    private final DiskNeed.Growth growth;

    private RunComputation(PromptEncoder encoder, Run run, ShardRunner runner, DiskNeed.Growth growth) {
        this.encoder = encoder;
        this.run = run;
        this.runner = runner;
        this.growth = growth;
    }

    /**
     * Tokenises the prompts of a run.
     *
     * @param unfinished the run that it resumes
     * @param clock says the date to chat templates that use it
     * @param prompted called after each prompt
     * @throws GatehouseException INVALID_ARGUMENT when a prompt is longer than the model takes, or prompts are chat
     *     messages and the model has no chat template; OUT_OF_MEMORY when a prompt takes more memory than there is
     */
    public static RunComputation prepare(
            Checkpoint checkpoint,
            Engine engine,
            RunTask task,
            Optional<UnfinishedRun> unfinished,
            Clock clock,
            String gatehouseVersion,
            Runnable prompted) {
        requireNonNull(task, "task is null");
        OffsetDateTime date = UnfinishedRun.dateOf(unfinished, clock);
        PromptEncoder encoder = PromptEncoder.open(
                checkpoint, task.chat(), task.thinking(), task.format().answerPrefix(), date);
        try {
            Optional<TextGeneration> generation =
                    task.generation().map(plan -> plan.with(checkpoint, encoder.tokenizer()));
            Run run = Run.prepare(
                    RunModel.of(checkpoint, engine),
                    task,
                    unfinished,
                    date,
                    encoder,
                    prompt -> {
                        generation.ifPresentOrElse(
                                texts -> engine.require(prompt, texts.options()), () -> engine.require(prompt));
                        prompted.run();
                    },
                    gatehouseVersion);
            ChoiceScorer scorer = encoder.scorer(task.scoredChoices());
            int answered = Math.min(
                    unfinished.map(UnfinishedRun::answered).orElse(0),
                    run.prompts().size());
            DiskNeed.Growth growth = DiskNeed.Growth.of(
                    run.prompts().subList(answered, run.prompts().size()),
                    engine.config(),
                    task.recording(),
                    task.generationDescription());
            ShardRunner runner = new ShardRunner(engine, encoder.tokenizer(), scorer, task.recording(), generation);
            return new RunComputation(encoder, run, runner, growth);
        } catch (RuntimeException | Error e) {
            encoder.close();
            throw e;
        }
    }

    /** What a process that records the run has to know about it. */
    public RunManifest manifest() {
        return run.manifest(growth);
    }

    @Override
    public void compute(List<Integer> shards, int[] questionIds, Receiver receiver) {
        List<ShardTask> tasks = shards.stream()
                .map(number -> run.shard(number, index -> questionIds[index]))
                .toList();
        runner.compute(tasks, receiver::layerDone, receiver::computed);
    }

    @Override
    public void close() {
        encoder.close();
    }
}
