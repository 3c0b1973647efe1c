package io.gatehouse.server.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.RunRequest;
import io.gatehouse.server.event.Events;
import io.gatehouse.server.http.Json;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.RunSummary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs of the file and those that are being added to it: one runs, others wait. Tells of all that happens to them,
 * and of what that changes for SQL.
 */
public final class RunHost {
    private static final Logger LOG = LoggerFactory.getLogger(RunHost.class);
    private static final int WAITING = 32;

    /** Ended runs whose last words are kept; the file knows most of it. */
    private static final int REMEMBERED = 100;

    /** For a step of a run that cannot be interrupted, after its time is over. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Store store;
    private final RunPlanner planner;
    private final RunNews news;
    private final Map<String, HostedRun> hosted = new LinkedHashMap<>();
    private final Set<String> leaving = new HashSet<>();
    private boolean stopping;
    private final ExecutorService worker = Executors.newSingleThreadExecutor(RunHost::thread);

    public RunHost(Store store, RunPlanner planner, Events events) {
        this.store = requireNonNull(store, "store is null");
        this.planner = requireNonNull(planner, "planner is null");
        this.news = new RunNews(events, run -> show(run.name()));
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
            HostedRun run = new HostedRun(plan.name(), news);
            if (hosted.values().stream().anyMatch(other -> !other.state().ended())) {
                plan.rest();
            }
            // Taken out first, so that it stands behind those that were started before.
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
            throw new GatehouseException(ErrorCode.QUERY_BUSY, "%d runs wait already.".formatted(WAITING));
        }
    }

    private void forgetOldest() {
        List<HostedRun> ended =
                hosted.values().stream().filter(run -> run.state().ended()).toList();
        ended.stream().limit(Math.max(0, ended.size() - REMEMBERED)).forEach(run -> hosted.remove(run.name()));
    }

    /** @throws GatehouseException RUN_NOT_FOUND if there is none that could be */
    void cancel(String name) {
        find(name).orElseThrow(() -> unknown(name)).cancel();
    }

    /** @throws GatehouseException RUN_NOT_FOUND; RUN_EXISTS while it runs */
    void delete(String name) {
        synchronized (hosted) {
            HostedRun run = hosted.get(name);
            if (run != null && !run.state().ended()) {
                throw new GatehouseException(
                        ErrorCode.RUN_EXISTS, "Run \"%s\" has not ended: cancel it first.".formatted(name));
            }
            if (!leaving.add(name)) {
                throw new GatehouseException(ErrorCode.RUN_EXISTS, "Run \"%s\" is being deleted.".formatted(name));
            }
        }
        // Nobody can go on with the run from here on, so that no new rows go with the old ones.
        try {
            if (store.findRun(name).isPresent() || find(name).isEmpty()) {
                store.deleteRun(name);
            }
            synchronized (hosted) {
                hosted.remove(name);
            }
        } finally {
            synchronized (hosted) {
                leaving.remove(name);
            }
        }
        news.schema("run-deleted");
    }

    Optional<HostedRun> find(String name) {
        synchronized (hosted) {
            return Optional.ofNullable(hosted.get(name));
        }
    }

    /** Every run of the file in the order they were started, then those that it knows nothing of yet. */
    List<ObjectNode> list() {
        List<ObjectNode> list = new ArrayList<>();
        List<String> known = new ArrayList<>();
        for (RunSummary run : store.runs()) {
            list.add(describe(Optional.of(run), find(run.name())));
            known.add(run.name());
        }
        synchronized (hosted) {
            hosted.values().stream()
                    .filter(run -> !known.contains(run.name()))
                    .forEach(run -> list.add(describe(Optional.empty(), Optional.of(run))));
        }
        return list;
    }

    /** @throws GatehouseException RUN_NOT_FOUND */
    ObjectNode show(String name) {
        Optional<HostedRun> run = find(name);
        Optional<RunSummary> summary =
                run.map(hosted -> hosted.summary(store::findRun)).orElseGet(() -> store.findRun(name));
        if (summary.isEmpty() && run.isEmpty()) {
            throw unknown(name);
        }
        ObjectNode json = describe(summary, run);
        summary.filter(whole -> whole.status() == RunStatus.COMPLETE)
                .ifPresent(whole -> store.meanAccuracyOfSubjects(whole.runId())
                        .ifPresent(mean -> json.put("meanAccuracyOfSubjects", mean)));
        return json;
    }

    /** Runs that have not ended. */
    public long active() {
        synchronized (hosted) {
            return hosted.values().stream().filter(run -> !run.state().ended()).count();
        }
    }

    private static ObjectNode describe(Optional<RunSummary> summary, Optional<HostedRun> hosted) {
        ObjectNode json = Json.object();
        summary.ifPresent(run -> {
            json.put("runId", run.runId());
            json.put("name", run.name());
            json.put("model", run.model());
            json.put("task", run.task());
            json.put("scope", run.scope().id());
            // Nobody but this server writes the file: what is unfinished and not here was killed.
            json.put(
                    "status",
                    run.status() == RunStatus.RUNNING
                            ? "interrupted"
                            : run.status().id());
            json.put("questions", run.questions());
            json.put("answered", run.answered());
            json.put("correct", run.correct());
            json.put("startedAt", run.startedAt().toString());
            json.put("finishedAt", run.finishedAt().map(Object::toString).orElse(null));
        });
        hosted.ifPresent(run -> run.describe(json));
        return json;
    }

    private static GatehouseException unknown(String name) {
        return new GatehouseException(ErrorCode.RUN_NOT_FOUND, "There is no run \"%s\".".formatted(name));
    }

    /**
     * Ends what runs with the shard it is at, or after the time given, and forgets what waits.
     *
     * @param patience for the shard in hand
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
            news.end(GRACE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "gatehouse-run");
        thread.setDaemon(true);
        return thread;
    }
}
