package io.gatehouse.server.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.event.Events;
import io.gatehouse.server.event.Topic;
import io.gatehouse.server.http.Json;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of runs on a thread of its own. What there is to tell is asked of the file, and no run waits for that; a run that
 * gets on faster than it can be told of is told of as it then is.
 */
final class RunNews implements HostedRun.Watcher {
    private static final Logger LOG = LoggerFactory.getLogger(RunNews.class);

    private final Events events;
    private final Function<HostedRun, ObjectNode> description;
    private final Set<HostedRun> untold = ConcurrentHashMap.newKeySet();
    private final Map<HostedRun, Integer> committed = new HashMap<>();
    private final ExecutorService teller = Executors.newSingleThreadExecutor(RunNews::thread);

    /** @param description how a run stands, as clients see it */
    RunNews(Events events, Function<HostedRun, ObjectNode> description) {
        this.events = requireNonNull(events, "events is null");
        this.description = requireNonNull(description, "description is null");
    }

    /** Every move is told, with the state that it led to. */
    @Override
    public void moved(HostedRun run, HostedRun.State next) {
        later(() -> {
            events.publish(Topic.RUN, description.apply(run).put("status", next.id()));
            tellCommits(run);
            if (next == HostedRun.State.LOADING) {
                schema("run-started");
            } else if (next.ended()) {
                committed.remove(run);
                schema("run-ended");
            }
        });
    }

    @Override
    public void gotOn(HostedRun run) {
        if (untold.add(run)) {
            later(() -> {
                untold.remove(run);
                events.publish(Topic.RUN, description.apply(run));
                tellCommits(run);
            });
        }
    }

    /** On the thread that tells. */
    private void tellCommits(HostedRun run) {
        int questions = run.questionsDone();
        if (questions > committed.getOrDefault(run, 0)) {
            committed.put(run, questions);
            schema("shard-committed");
        }
    }

    /** What SQL finds has changed. */
    void schema(String reason) {
        events.publish(Topic.SCHEMA, Json.object().put("reason", reason));
    }

    private void later(Runnable news) {
        try {
            teller.execute(() -> {
                try {
                    news.run();
                } catch (GatehouseException e) {
                    // The file is being closed, and with it the stream of events.
                    LOG.debug("Nobody is told: {}", e.toString());
                } catch (RuntimeException e) {
                    LOG.error("Nobody could be told of a run", e);
                }
            });
        } catch (RejectedExecutionException e) {
            // A run that did not end when the server stopped; nobody listens any more.
            LOG.debug("Nobody is told: {}", e.toString());
        }
    }

    /** Tells what there is to tell, for as long at most. */
    void end(Duration patience) throws InterruptedException {
        teller.shutdown();
        if (!teller.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warn("Not everything was told of the runs");
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "gatehouse-run-news");
        thread.setDaemon(true);
        return thread;
    }
}
