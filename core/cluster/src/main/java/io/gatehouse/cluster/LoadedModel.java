package io.gatehouse.cluster;

import io.gatehouse.run.ShardWorker;
import java.util.Optional;

/**
 * The model of an executor. Spark makes tasks anew for every shard and keeps nothing between them but what is static, so
 * this is the one place where something is: a model is loaded once per executor and run.
 */
final class LoadedModel {
    private static Optional<LoadedModel> last = Optional.empty();

    private final ShardWorker.Setup setup;
    private final ShardWorker worker;

    private LoadedModel(ShardWorker.Setup setup, ShardWorker worker) {
        this.setup = setup;
        this.worker = worker;
    }

    /** The worker of the run; another run's is closed. An executor has tasks of one run at a time. */
    static synchronized ShardWorker of(ShardWorker.Setup setup) {
        Optional<LoadedModel> known = last.filter(model -> model.setup.equals(setup));
        if (known.isEmpty()) {
            last.ifPresent(model -> model.worker.close());
            last = Optional.empty();
            known = Optional.of(new LoadedModel(setup, ShardWorker.open(setup)));
            last = known;
        }
        return known.orElseThrow().worker;
    }
}
