package io.gatehouse.cli;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.EngineOptions;
import io.gatehouse.engine.Interventions;
import io.gatehouse.engine.Precision;
import io.gatehouse.run.QuizRun;
import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunOutcome;
import io.gatehouse.run.RunRequest;
import io.gatehouse.server.run.RunPlan;
import io.gatehouse.store.Store;
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

    @Override
    public RunOutcome execute(RunListener listener) {
        return execute(listener, note -> {});
    }

    /** @param notes is told how the model is held and computed, once it is loaded */
    RunOutcome execute(RunListener listener, Consumer<String> notes) {
        try (Engine engine = Engine.load(checkpoint, options)) {
            notes.accept("Weights %s; precision %s; %s"
                    .formatted(
                            engine.memory().description(),
                            precision(engine.precision()),
                            engine.device().id()));
            if (!options.interventions().equals(Interventions.NONE)) {
                notes.accept("Routing changed: " + options.interventions().summary());
            }
            return new QuizRun(checkpoint, engine, store, GatehouseVersion.current()).execute(request, listener);
        }
    }

    private String precision(Precision actual) {
        return actual == options.precision()
                ? actual.id()
                : "%s (not %s: this CPU is slower in bf16)"
                        .formatted(actual.id(), options.precision().id());
    }

    @Override
    public void close() {
        checkpoint.close();
    }
}
