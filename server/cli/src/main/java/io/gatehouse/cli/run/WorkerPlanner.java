package io.gatehouse.cli.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.engine.Interventions;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.RunRequest;
import io.gatehouse.server.run.RunPlan;
import io.gatehouse.server.run.RunPlanner;
import io.gatehouse.store.Store;
import io.gatehouse.worker.RunWorker;
import io.gatehouse.worker.WorkerSettings;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets a process of its own read the files that a request names: one at a time, since each may take a worker's memory.
 */
public final class WorkerPlanner implements RunPlanner {
    private static final int PATIENCE_SECONDS = 30;

    private final Store store;
    private final WorkerSettings settings;
    private final WorkerSettings reader;
    private final AtomicInteger working = new AtomicInteger();
    private final Semaphore reading = new Semaphore(1, true);

    /** Every process may take as much. */
    public WorkerPlanner(Store store, WorkerSettings settings) {
        this(store, settings, settings);
    }

    /** @param reader what a process that reads may take while another one computes */
    public WorkerPlanner(Store store, WorkerSettings settings, WorkerSettings reader) {
        this.store = requireNonNull(store, "store is null");
        this.settings = requireNonNull(settings, "settings is null");
        this.reader = requireNonNull(reader, "reader is null");
    }

    /**
     * A process that has read.
     *
     * @param only whether it has too little memory to compute
     */
    private record Read(RunWorker worker, boolean only) {}

    @Override
    public RunPlan plan(RunRequest request) {
        RunRequest settled = request.settled(store);
        Interventions interventions = settled.interventions();
        Read read = read(settled);
        RunWorker worker = read.worker();
        try {
            String name = new RunNames(store).choose(request.name(), worker.sources(), interventions);
            return new WorkerPlan(name, settled, store, settings, worker, read.only(), working);
        } catch (RuntimeException e) {
            worker.close();
            working.decrementAndGet();
            throw e;
        }
    }

    private Read read(RunRequest request) {
        try {
            if (!reading.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new GatehouseException(ErrorCode.QUERY_BUSY, "The server is reading the files of other runs.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The request was interrupted.", e);
        }
        try {
            boolean only = working.get() > 0;
            RunWorker worker = RunWorker.start(only ? reader : settings, request);
            working.incrementAndGet();
            return new Read(worker, only);
        } finally {
            reading.release();
        }
    }
}
