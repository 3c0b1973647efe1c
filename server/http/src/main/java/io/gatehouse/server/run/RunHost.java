package io.gatehouse.server.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.DaemonThreads;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.RunRequest;
import io.gatehouse.server.event.Events;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunEdit;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.RunSummary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs of the file and those that are being added to it: one runs, others wait. Publishes what happens to them, and
 * what that changes for SQL.
 */
public final class RunHost {
    private static final Logger LOG = LoggerFactory.getLogger(RunHost.class);
    private static final int WAITING = 32;

    /** Ended runs that are remembered; the file knows most of what they tell. */
    private static final int REMEMBERED = 100;

    /** For a step of a run that cannot be interrupted, after its time is over. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Store store;
    private final RunPlanner planner;
    private final RunEvents runEvents;
    private final Map<String, HostedRun> hosted = new LinkedHashMap<>();
    private final Set<String> leaving = new HashSet<>();
    /** Runs that other engines are sending. */
    private final Set<String> growing = ConcurrentHashMap.newKeySet();

    private boolean stopping;
    private final ExecutorService worker = Executors.newSingleThreadExecutor(DaemonThreads.named("gatehouse-run"));

    public RunHost(Store store, RunPlanner planner, Events events) {
        this.store = requireNonNull(store, "store is null");
        this.planner = requireNonNull(planner, "planner is null");
        this.runEvents = new RunEvents(events, run -> show(run.name()));
    }

    /** Starts a run, or lets it wait for its turn. */
    HostedRun start(RunRequest request) {
        RunPlan plan = planner.plan(request);
        try {
            return admit(plan);
        } catch (RuntimeException e) {
            plan.close();
            throw e;
        }
    }

    private HostedRun admit(RunPlan plan) {
        synchronized (hosted) {
            requireRoom(plan.name());
            HostedRun run = new HostedRun(plan.name(), runEvents);
            if (hosted.values().stream().anyMatch(other -> !other.state().ended())) {
                plan.rest();
            }
            // Removed first, so that it comes after those that were started before.
            hosted.remove(plan.name());
            hosted.put(plan.name(), run);
            forgetOldest();
            worker.execute(() -> run.execute(plan));
            return run;
        }
    }

    private void requireRoom(String name) {
        if (stopping) {
            throw new GatehouseException(ErrorCode.QUERY_BUSY, "The server is stopping.");
        }
        if (leaving.contains(name)) {
            throw new GatehouseException(ErrorCode.RUN_EXISTS, "Run \"%s\" is being deleted.".formatted(name));
        }
        HostedRun other = hosted.get(name);
        if (other != null && !other.state().ended()) {
            throw new GatehouseException(
                    ErrorCode.RUN_EXISTS,
                    "Run \"%s\" is %s.".formatted(name, other.state().id()));
        }
        if (hosted.values().stream().filter(any -> !any.state().ended()).count() > WAITING) {
            throw new GatehouseException(
                    ErrorCode.QUERY_BUSY, "The queue of runs is full (limit %d). Try again later.".formatted(WAITING));
        }
    }

    private void forgetOldest() {
        List<HostedRun> ended =
                hosted.values().stream().filter(run -> run.state().ended()).toList();
        ended.stream().limit(Math.max(0, ended.size() - REMEMBERED)).forEach(run -> hosted.remove(run.name()));
    }

    /** @throws GatehouseException RUN_NOT_FOUND if this server has no run of that name */
    void cancel(String name) {
        find(name).orElseThrow(() -> unknown(name)).cancel();
    }

    /** @throws GatehouseException RUN_NOT_FOUND; RUN_EXISTS while it runs */
    void delete(String name) {
        whileIdle(name, () -> {
            if (store.findRun(name).isPresent() || find(name).isEmpty()) {
                store.deleteRun(name);
            }
            return name;
        });
        runEvents.schema("run-deleted");
    }

    /** Does something with a run that nobody can resume meanwhile, and forgets how it went in this server. */
    private String whileIdle(String name, Supplier<String> work) {
        synchronized (hosted) {
            HostedRun run = hosted.get(name);
            if (run != null && !run.state().ended()) {
                throw new GatehouseException(
                        ErrorCode.RUN_EXISTS, "Run \"%s\" has not ended: cancel it first.".formatted(name));
            }
            if (!leaving.add(name)) {
                throw new GatehouseException(
                        ErrorCode.RUN_EXISTS, "Run \"%s\" is being deleted or edited.".formatted(name));
            }
        }
        try {
            String result = work.get();
            synchronized (hosted) {
                hosted.remove(name);
            }
            return result;
        } finally {
            synchronized (hosted) {
                leaving.remove(name);
            }
        }
    }

    /**
     * Changes what people say about a run, and returns its name.
     *
     * @throws GatehouseException RUN_NOT_FOUND; RUN_EXISTS while it runs, or if another run has the new name
     */
    String edit(String name, RunEdit edit) {
        String edited = whileIdle(name, () -> store.editRun(name, edit).name());
        runEvents.schema("run-edited");
        return edited;
    }

    Optional<HostedRun> find(String name) {
        synchronized (hosted) {
            return Optional.ofNullable(hosted.get(name));
        }
    }

    /** The runs of the file in the order in which they were started, then those that are not in it yet. */
    List<RunSnapshot> list() {
        List<RunSnapshot> list = new ArrayList<>();
        List<String> known = new ArrayList<>();
        for (RunSummary run : store.runs()) {
            list.add(asSent(RunSnapshot.of(run.name(), Optional.of(run), find(run.name()), Optional.empty())));
            known.add(run.name());
        }
        synchronized (hosted) {
            hosted.values().stream()
                    .filter(run -> !known.contains(run.name()))
                    .forEach(run ->
                            list.add(RunSnapshot.of(run.name(), Optional.empty(), Optional.of(run), Optional.empty())));
        }
        return list;
    }

    /** @throws GatehouseException RUN_NOT_FOUND */
    RunSnapshot show(String name) {
        Optional<HostedRun> run = find(name);
        Optional<RunSummary> summary =
                run.map(hosted -> hosted.summary(store::findRun)).orElseGet(() -> store.findRun(name));
        if (summary.isEmpty() && run.isEmpty()) {
            throw unknown(name);
        }
        OptionalDouble mean = summary.filter(whole -> whole.status() == RunStatus.COMPLETE)
                .map(whole -> store.meanAccuracyOfSubjects(whole.runId()))
                .orElse(OptionalDouble.empty());
        return asSent(RunSnapshot.of(
                name, summary, run, mean.isPresent() ? Optional.of(mean.getAsDouble()) : Optional.empty()));
    }

    /** Another engine begins to send a run. */
    void begun(String name) {
        growing.add(name);
        published(name, "run-started");
    }

    /** What another engine sends of a run was committed. */
    void grown(String name) {
        published(name, "shard-committed");
    }

    /** Another engine stops sending a run. */
    void paused(String name) {
        growing.remove(name);
        published(name, "run-ended");
    }

    private void published(String name, String reason) {
        runEvents.changed(() -> show(name), reason);
    }

    /** A run that is being sent is not interrupted. */
    private RunSnapshot asSent(RunSnapshot run) {
        return growing.contains(run.name()) ? run.withStatus(RunStatus.RUNNING.id()) : run;
    }

    /** Runs that have not ended. */
    public long active() {
        synchronized (hosted) {
            return hosted.values().stream().filter(run -> !run.state().ended()).count();
        }
    }

    private static GatehouseException unknown(String name) {
        return new GatehouseException(ErrorCode.RUN_NOT_FOUND, "There is no run \"%s\".".formatted(name));
    }

    /**
     * Ends the running run after its current shard, or when the time is over, and drops those that wait.
     *
     * @param patience for the current shard
     */
    public void stop(Duration patience) {
        List<HostedRun> left;
        synchronized (hosted) {
            stopping = true;
            worker.shutdown();
            left = hosted.values().stream().filter(run -> !run.state().ended()).toList();
        }
        left.stream().filter(run -> run.state() == HostedRun.State.WAITING).forEach(HostedRun::cancel);
        left.forEach(run -> run.cancelAfterShard(patience));
        try {
            long deadline = System.nanoTime() + patience.plus(GRACE).toNanos();
            for (HostedRun run : left) {
                if (!run.await(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
                    LOG.warn("Run {} does not end; what it has committed stays", run.name());
                }
            }
            runEvents.end(GRACE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
