package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Engine;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.ChoiceScorer;
import io.gatehouse.store.RunWriter;
import io.gatehouse.store.Store;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Sends the questions of a quiz through a model and keeps every routing decision. */
public final class QuizRun {
    private final Checkpoint checkpoint;
    private final Engine engine;
    private final Store store;
    private final String gatehouseVersion;
    private final Clock clock;

    public QuizRun(Checkpoint checkpoint, Engine engine, Store store, String gatehouseVersion) {
        this(checkpoint, engine, store, gatehouseVersion, Clock.system(ZoneId.systemDefault()));
    }

    /** @param clock says the date that a run begins on, to templates that ask for it */
    QuizRun(Checkpoint checkpoint, Engine engine, Store store, String gatehouseVersion, Clock clock) {
        this.checkpoint = requireNonNull(checkpoint, "checkpoint is null");
        this.engine = requireNonNull(engine, "engine is null");
        this.store = requireNonNull(store, "store is null");
        this.gatehouseVersion = requireNonNull(gatehouseVersion, "gatehouseVersion is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /**
     * Answers all questions of the request. What is committed stays, whatever ends the run; the same request again goes
     * on from there.
     *
     * @throws GatehouseException {@code CANCELLED_BY_USER} when the listener asked for it, {@code RUN_EXISTS} when the
     *     name is that of a complete run or of an unfinished one that was begun otherwise, {@code INVALID_ARGUMENT} when
     *     a prompt is longer than the model takes, or a conversation is asked for of a model without a template,
     *     {@code OUT_OF_MEMORY} when a prompt takes more than there is, {@code INSUFFICIENT_DISK} when there is no room
     *     for what it records
     */
    public RunOutcome execute(RunRequest request, RunListener listener) {
        Optional<UnfinishedRun> begun = UnfinishedRun.find(store, request.name());
        OffsetDateTime date = begun.flatMap(UnfinishedRun::date).orElseGet(this::today);
        try (PromptEncoder encoder = PromptEncoder.open(checkpoint, request, date)) {
            return execute(request, begun, date, encoder, listener);
        }
    }

    private RunOutcome execute(
            RunRequest request,
            Optional<UnfinishedRun> begun,
            OffsetDateTime date,
            PromptEncoder encoder,
            RunListener listener) {
        PreparedRun run = PreparedRun.of(
                RunModel.of(checkpoint, engine), request, begun, date, encoder, engine::require, gatehouseVersion);
        ChoiceScorer scorer = encoder.scorer(request.quiz().mostChoices());
        RunClock progress =
                new RunClock(run.prompts(), checkpoint.config().layers().size(), listener);
        requireDisk(request, begun.map(UnfinishedRun::answered).orElse(0), run.prompts(), listener);
        ShardRunner runner = new ShardRunner(engine, encoder.tokenizer(), scorer, request.recording());
        try (RunWriter writer = run.open(store)) {
            new ShardPipeline(runner, run, progress, writer).run();
            return new RunOutcome(
                    writer.runId(),
                    request.name(),
                    run.prompts().size(),
                    writer.correct(),
                    progress.tokens(),
                    progress.elapsed());
        }
    }

    private OffsetDateTime today() {
        return OffsetDateTime.now(clock).truncatedTo(ChronoUnit.SECONDS);
    }

    /** Says what the run will put on the disk, and refuses it if that has no room. */
    private void requireDisk(RunRequest request, int answered, List<Asked> prompts, RunListener listener) {
        List<Asked> left = prompts.subList(Math.min(answered, prompts.size()), prompts.size());
        DiskNeed need = DiskNeed.of(left, engine.config(), request.recording(), store.file());
        listener.planned(need);
        need.requireFree(store.file());
    }
}
