package io.gatehouse.server.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.DaemonThreads;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.event.Events;
import io.gatehouse.server.event.SchemaChange;
import io.gatehouse.server.event.Topic;
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
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the events of runs on a thread of its own, because reading the file for them must not keep a run waiting. A
 * run that progresses faster than events can be made is published as it is by then.
 */
final class RunEvents implements HostedRun.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(RunEvents.class);

    private final Events events;
    private final Function<HostedRun, RunSnapshot> snapshot;
    private final Set<HostedRun> unpublished = ConcurrentHashMap.newKeySet();
    private final Map<HostedRun, Integer> committed = new HashMap<>();
    private final ExecutorService publisher =
            Executors.newSingleThreadExecutor(DaemonThreads.named("gatehouse-run-events"));

    /** @param snapshot reads how a run stands */
    RunEvents(Events events, Function<HostedRun, RunSnapshot> snapshot) {
        this.events = requireNonNull(events, "events is null");
        this.snapshot = requireNonNull(snapshot, "snapshot is null");
    }

    /** Every move is published, with the state that it led to. */
    @Override
    public void moved(HostedRun run, HostedRun.State next) {
        publish(() -> {
            events.publish(Topic.RUN, snapshot.apply(run).withStatus(next.id()));
            publishCommits(run);
            if (next == HostedRun.State.LOADING) {
                schema("run-started");
            } else if (next.ended()) {
                committed.remove(run);
                schema("run-ended");
            }
        });
    }

    @Override
    public void progressed(HostedRun run) {
        if (unpublished.add(run)) {
            publish(() -> {
                unpublished.remove(run);
                events.publish(Topic.RUN, snapshot.apply(run));
                publishCommits(run);
            });
        }
    }

    /** On the publishing thread. */
    private void publishCommits(HostedRun run) {
        int questions = run.questionsDone();
        if (questions > committed.getOrDefault(run, 0)) {
            committed.put(run, questions);
            schema("shard-committed");
        }
    }

    /** A run that other engines send has changed, and what SQL finds. */
    void changed(Supplier<RunSnapshot> run, String reason) {
        publish(() -> {
            schema(reason);
            events.publish(Topic.RUN, run.get());
        });
    }

    /** What SQL finds has changed. */
    void schema(String reason) {
        events.publish(Topic.SCHEMA, new SchemaChange(reason));
    }

    private void publish(Runnable work) {
        try {
            publisher.execute(() -> {
                try {
                    work.run();
                } catch (GatehouseException e) {
                    // The file is being closed, and with it the stream of events.
                    LOG.debug("An event of a run is not published: {}", e.toString());
                } catch (RuntimeException e) {
                    LOG.error("An event of a run cannot be published", e);
                }
            });
        } catch (RejectedExecutionException e) {
            // A run that did not end when the server stopped; nobody listens any more.
            LOG.debug("An event of a run is not published: {}", e.toString());
        }
    }

    /** Publishes what is left, for as long at most. */
    void end(Duration patience) throws InterruptedException {
        publisher.shutdown();
        if (!publisher.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warn("Some events of runs were not published in time");
        }
    }
}
