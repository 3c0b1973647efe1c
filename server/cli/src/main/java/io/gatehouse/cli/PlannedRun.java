package io.gatehouse.cli;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.EngineOptions;
import io.gatehouse.engine.Interventions;
import io.gatehouse.engine.Precision;
import io.gatehouse.run.DividedRun;
import io.gatehouse.run.QuizRun;
import io.gatehouse.run.RunComputation;
import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunOutcome;
import io.gatehouse.run.RunRequest;
import io.gatehouse.run.UnfinishedRun;
import io.gatehouse.store.Store;
import io.gatehouse.worker.Owner;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Optional;
import java.util.function.Consumer;

/** A run whose model and quiz are found and whose options are right. The checkpoint is whoever's opened it. */
record PlannedRun(Checkpoint checkpoint, RunRequest request, EngineOptions options) {
    PlannedRun {
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(request, "request is null");
        requireNonNull(options, "options is null");
    }

    /** @param notes is told how the model is held and computed, once it is loaded */
    RunOutcome execute(Store store, RunListener listener, Consumer<String> notes) {
        Optional<Precision> begun = begunIn(UnfinishedRun.find(store, request.name()));
        try (Engine engine = load(begun, options)) {
            notes.accept("Weights %s; precision %s; %s"
                    .formatted(
                            engine.memory().description(),
                            precision(engine.precision(), begun.isPresent()),
                            engine.device().id()));
            if (!options.interventions().equals(Interventions.NONE)) {
                notes.accept("Routing changed: " + options.interventions().summary());
            }
            return new QuizRun(checkpoint, engine, store, GatehouseVersion.current()).execute(request, listener);
        }
    }

    /** Computes the run under the name that the owner of the file gives it. */
    void compute(Owner owner) {
        Optional<UnfinishedRun> begun = owner.unfinished();
        try (Engine engine = load(begunIn(begun), options.within(owner.memory()))) {
            owner.tokenising();
            try (RunComputation computation = RunComputation.prepare(
                    checkpoint,
                    engine,
                    request.named(owner.run()),
                    begun,
                    Clock.system(ZoneId.systemDefault()),
                    GatehouseVersion.current(),
                    owner::tokenising)) {
                owner.compute(computation.manifest(), computation);
            }
        }
    }

    /** Registers the run, whose shards are for other machines to compute. */
    DividedRun divide(Store store) {
        return DividedRun.begin(checkpoint, options, request, store, GatehouseVersion.current());
    }

    /** The plan that the unfinished run was begun in, if this one can go on in that. */
    private Optional<Precision> begunIn(Optional<UnfinishedRun> unfinished) {
        return unfinished.flatMap(UnfinishedRun::plan).filter(options::mayRunIn);
    }

    private Engine load(Optional<Precision> begun, EngineOptions chosen) {
        return begun.map(plan -> Engine.loadAsAsked(checkpoint, chosen.planned(plan)))
                .orElseGet(() -> Engine.load(checkpoint, chosen));
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
}
