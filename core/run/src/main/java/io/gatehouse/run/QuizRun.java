package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Engine;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.Store;
import java.time.Clock;
import java.time.ZoneId;
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

    /** @param clock says the date to chat templates that use it */
    QuizRun(Checkpoint checkpoint, Engine engine, Store store, String gatehouseVersion, Clock clock) {
        this.checkpoint = requireNonNull(checkpoint, "checkpoint is null");
        this.engine = requireNonNull(engine, "engine is null");
        this.store = requireNonNull(store, "store is null");
        this.gatehouseVersion = requireNonNull(gatehouseVersion, "gatehouseVersion is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /**
     * Answers all questions of the task. What is committed stays, whatever ends the run; the same task again goes
     * on from there.
     *
     * @throws GatehouseException {@code CANCELLED_BY_USER} when the listener asked for it, {@code RUN_EXISTS} when the
     *     name is that of a complete run or of an unfinished one that was begun otherwise, {@code INVALID_ARGUMENT} when
     *     a prompt is longer than the model takes, or prompts are chat messages and the model has no chat template,
     *     {@code OUT_OF_MEMORY} when a prompt takes more memory than there is, {@code INSUFFICIENT_DISK} when the disk
     *     is too full
     */
    public RunOutcome execute(RunTask task, RunListener listener) {
        Optional<UnfinishedRun> unfinished = UnfinishedRun.find(store, task.name());
        try (RunComputation computation =
                RunComputation.prepare(checkpoint, engine, task, unfinished, clock, gatehouseVersion, () -> {})) {
            return new RunRecording(store).record(computation.manifest(), computation, listener);
        }
    }
}
