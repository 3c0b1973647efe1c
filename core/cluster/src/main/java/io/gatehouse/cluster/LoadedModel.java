package io.gatehouse.cluster;

import io.gatehouse.run.RunTerms;
import io.gatehouse.run.ShardWorker;
import java.util.Optional;

/**
 * The model of an executor. Spark makes tasks anew for every shard and keeps nothing between them but what is static, so
 * this is the one place where something is: a model is loaded once per executor and run.
 */
final class LoadedModel {
    private static Optional<LoadedModel> last = Optional.empty();

    private final RunTerms terms;
    private final ShardWorker worker;

    private LoadedModel(RunTerms terms, ShardWorker worker) {
        this.terms = terms;
        this.worker = worker;
    }

    /** The worker of the run; another run's is closed. An executor has tasks of one run at a time. */
    static synchronized ShardWorker of(RunTerms terms) {
        Optional<LoadedModel> known = last.filter(model -> model.terms.equals(terms));
        if (known.isEmpty()) {
            last.ifPresent(model -> model.worker.close());
            last = Optional.empty();
            known = Optional.of(new LoadedModel(terms, ShardWorker.open(terms)));
            last = known;
        }
        return known.orElseThrow().worker;
    }
}
