package io.gatehouse.cli.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunOutcome;
import io.gatehouse.run.RunRequest;
import io.gatehouse.server.run.RunPlan;
import io.gatehouse.store.Store;
import io.gatehouse.worker.RunWorker;
import io.gatehouse.worker.WorkerSettings;
import java.util.Optional;

/** A run that a process of its own reads and computes. While the run waits for its turn there is no such process. */
final class WorkerPlan implements RunPlan {
    private final String name;
    private final RunRequest request;
    private final Store store;
    private final WorkerSettings settings;
    private Optional<RunWorker> worker;

    /**
     * Creates a plan.
     *
     * @param worker has read what the request names
     */
    WorkerPlan(String name, RunRequest request, Store store, WorkerSettings settings, RunWorker worker) {
        this.name = requireNonNull(name, "name is null");
        this.request = requireNonNull(request, "request is null");
        this.store = requireNonNull(store, "store is null");
        this.settings = requireNonNull(settings, "settings is null");
        this.worker = Optional.of(worker);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public RunOutcome execute(RunListener listener) {
        RunWorker reader = worker.orElseGet(() -> RunWorker.start(settings, request));
        worker = Optional.of(reader);
        return reader.execute(name, store, listener);
    }

    @Override
    public void rest() {
        close();
    }

    @Override
    public void close() {
        worker.ifPresent(RunWorker::close);
        worker = Optional.empty();
    }
}
