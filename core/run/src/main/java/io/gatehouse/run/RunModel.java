package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.FeedForward;
import io.gatehouse.checkpoint.ModelConfig;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.EngineOptions;
import io.gatehouse.store.Recording;
import io.gatehouse.store.RunDescription;
import java.util.List;
import java.util.OptionalLong;

/**
 * The model of a run as it is computed.
 *
 * @param config the checkpoint's, with another top-k where one was asked for
 * @param options the plan and device that are computed in, which need not be those that were asked for
 */
public record RunModel(Checkpoint checkpoint, ModelConfig config, EngineOptions options) {
    public RunModel {
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(config, "config is null");
        requireNonNull(options, "options is null");
    }

    /** A model that is loaded. */
    public static RunModel of(Checkpoint checkpoint, Engine engine) {
        return new RunModel(
                checkpoint,
                engine.config(),
                new EngineOptions(engine.precision(), engine.device(), OptionalLong.empty(), engine.interventions()));
    }

    /** A model that others load, in the very plan that was asked for. */
    static RunModel asked(Checkpoint checkpoint, EngineOptions options) {
        return new RunModel(checkpoint, options.interventions().applyTo(checkpoint.config()), options);
    }

    /** How the store knows a run of it. */
    public RunDescription describe(
            String name, String task, String format, int shots, Recording recording, String gatehouseVersion) {
        List<FeedForward.Sparse> sparse = config.feedForwards().stream()
                .filter(FeedForward.Sparse.class::isInstance)
                .map(FeedForward.Sparse.class::cast)
                .toList();
        return new RunDescription(
                name,
                checkpoint.name(),
                checkpoint.fingerprint(),
                config.architecture(),
                config.layers().size(),
                sparse.stream().mapToInt(FeedForward.Sparse::experts).max().orElseThrow(),
                sparse.stream().mapToInt(FeedForward.Sparse::topK).max().orElseThrow(),
                task,
                format,
                shots,
                recording,
                options.precision().id(),
                options.device().id(),
                options.interventions().id(),
                gatehouseVersion);
    }
}
