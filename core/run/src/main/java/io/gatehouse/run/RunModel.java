package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.EngineOptions;
import io.gatehouse.store.run.ModelLayer;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.RunDescription;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * The model of a run, with the options of the computation.
 *
 * @param config the checkpoint's, with another top-k where an intervention sets one
 * @param options the plan and device of the computation, which can differ from the requested ones
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

    /** A model that other machines load, in exactly the requested plan. */
    static RunModel requested(Checkpoint checkpoint, EngineOptions options) {
        return new RunModel(checkpoint, options.interventions().applyTo(checkpoint.config()), options);
    }

    /** Describes a run of the model for the store. */
    public RunDescription describe(
            String name, String quiz, String format, int shots, Recording recording, String gatehouseVersion) {
        RunDescription described = new RunDescription(
                name,
                checkpoint.name(),
                checkpoint.fingerprint(),
                config.architecture(),
                layers(),
                quiz,
                format,
                shots,
                recording,
                options.precision().id(),
                options.device().id(),
                options.interventions().id(),
                gatehouseVersion);
        return described.withStorage(checkpoint.footprint().storage());
    }

    private List<ModelLayer> layers() {
        List<Long> expertBytes = checkpoint.footprint().expertBytes();
        List<FeedForward> blocks = config.feedForwards();
        return IntStream.range(0, blocks.size())
                .mapToObj(layer -> layer(blocks.get(layer), expertBytes.get(layer)))
                .toList();
    }

    private static ModelLayer layer(FeedForward block, long expertBytes) {
        if (block instanceof FeedForward.Sparse sparse) {
            return ModelLayer.moe(sparse.experts(), sparse.topK(), router(sparse.router()))
                    // Some experts of LongCat-Flash have no weights, so that there is not one size.
                    .withExpertBytes(sparse.networks() == sparse.experts() ? expertBytes : 0);
        }
        return ModelLayer.of(block instanceof FeedForward.Dense ? ModelLayer.Kind.DENSE : ModelLayer.Kind.ATTENTION);
    }

    private static ModelLayer.Router router(Router router) {
        if (router instanceof Router.Scored scored) {
            double scale = (double) scored.weights().scale() * scored.weights().outputScale();
            return new ModelLayer.Router(kind(scored), scale, router.isNormalised());
        }
        return new ModelLayer.Router("sparsemixer", 1, false);
    }

    /** The function that makes weights of logits. */
    private static String kind(Router.Scored router) {
        boolean sigmoid = router.weights().weight() == Router.Weight.SIGMOID
                || (router.weights().weight() == Router.Weight.SCORE
                        && router.selection().score() == Router.Score.SIGMOID);
        return sigmoid ? "sigmoid" : "softmax";
    }
}
