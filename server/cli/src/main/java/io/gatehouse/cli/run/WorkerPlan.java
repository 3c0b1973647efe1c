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
import java.util.concurrent.atomic.AtomicInteger;

/** A run that a process of its own reads and computes. While the run waits for its turn there is no such process. */
final class WorkerPlan implements RunPlan {
    private final String name;
    private final RunRequest request;
    private final Store store;
    private final WorkerSettings settings;
    private final AtomicInteger working;
    private Optional<RunWorker> worker;
    private boolean onlyReads;

    /**
     * Creates a plan.
     *
     * @param worker has read what the request names
     * @param onlyReads whether it has too little memory to compute
     * @param working counts the processes of all plans
     */
    WorkerPlan(
            String name,
            RunRequest request,
            Store store,
            WorkerSettings settings,
            RunWorker worker,
            boolean onlyReads,
            AtomicInteger working) {
        this.name = requireNonNull(name, "name is null");
        this.request = requireNonNull(request, "request is null");
        this.store = requireNonNull(store, "store is null");
        this.settings = requireNonNull(settings, "settings is null");
        this.working = requireNonNull(working, "working is null");
        this.onlyReads = onlyReads;
        this.worker = Optional.of(worker);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public RunOutcome execute(RunListener listener) {
        if (onlyReads) {
            close();
        }
        RunWorker computer = worker.orElseGet(this::start);
        return computer.execute(name, store, listener);
    }

    private RunWorker start() {
        RunWorker started = RunWorker.start(settings, request);
        worker = Optional.of(started);
        onlyReads = false;
        working.incrementAndGet();
        return started;
    }

    @Override
    public void rest() {
        close();
    }

    @Override
    public void close() {
        worker.ifPresent(open -> {
            open.close();
            working.decrementAndGet();
        });
        worker = Optional.empty();
    }
}
