package io.gatehouse.cli;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.EngineOptions;
import io.gatehouse.engine.Interventions;
import io.gatehouse.engine.Precision;
import io.gatehouse.run.DividedRun;
import io.gatehouse.run.QuizRun;
import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunOutcome;
import io.gatehouse.run.RunRequest;
import io.gatehouse.run.UnfinishedRun;
import io.gatehouse.server.run.RunPlan;
import io.gatehouse.store.Store;
import java.util.Optional;
import java.util.function.Consumer;

/** A run whose model and quiz are found and whose options are right. */
final class PlannedRun implements RunPlan {
    private final Checkpoint checkpoint;
    private final Store store;
    private final RunRequest request;
    private final EngineOptions options;

    PlannedRun(Checkpoint checkpoint, Store store, RunRequest request, EngineOptions options) {
        this.checkpoint = requireNonNull(checkpoint, "checkpoint is null");
        this.store = requireNonNull(store, "store is null");
        this.request = requireNonNull(request, "request is null");
        this.options = requireNonNull(options, "options is null");
    }

    @Override
    public String name() {
        return request.name();
    }

    /**
     * Runs beside queries. The run takes every core for as long as it lasts, and they want some of one at once: so
     * TensorFlow's threads, which are made when the model is loaded, give way to them. Whoever writes the run does not,
     * since queries wait for what it is committing.
     */
    @Override
    public RunOutcome execute(RunListener listener) {
        Optional<Precision> begun = begunIn();
        try (Engine engine = BackgroundWork.result(() -> load(begun))) {
            return run(engine).execute(request, listener);
        }
    }

    /** @param notes is told how the model is held and computed, once it is loaded */
    RunOutcome execute(RunListener listener, Consumer<String> notes) {
        Optional<Precision> begun = begunIn();
        try (Engine engine = load(begun)) {
            notes.accept("Weights %s; precision %s; %s"
                    .formatted(
                            engine.memory().description(),
                            precision(engine.precision(), begun.isPresent()),
                            engine.device().id()));
            if (!options.interventions().equals(Interventions.NONE)) {
                notes.accept("Routing changed: " + options.interventions().summary());
            }
            return run(engine).execute(request, listener);
        }
    }

    private QuizRun run(Engine engine) {
        return new QuizRun(checkpoint, engine, store, GatehouseVersion.current());
    }

    /** Registers the run, whose shards are for other machines to compute. */
    DividedRun divide() {
        return DividedRun.begin(checkpoint, options, request, store, GatehouseVersion.current());
    }

    /** The plan that an unfinished run of the name was begun in, if it can go on in that. */
    private Optional<Precision> begunIn() {
        return UnfinishedRun.find(store, request.name())
                .flatMap(UnfinishedRun::plan)
                .filter(options::mayRunIn);
    }

    private Engine load(Optional<Precision> begun) {
        return begun.map(plan -> Engine.loadAsAsked(checkpoint, options.planned(plan)))
                .orElseGet(() -> Engine.load(checkpoint, options));
    }

    private String precision(Precision actual, boolean begun) {
        if (actual == options.precision()) {
            return actual.id();
        }
        return "%s (not %s: %s)"
                .formatted(
                        actual.id(),
                        options.precision().id(),
                        begun ? "the run was begun in it" : "this CPU is slower in bf16");
    }

    @Override
    public void close() {
        checkpoint.close();
    }
}
