package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.server.event.Events;
import io.gatehouse.server.event.Topic;
import io.gatehouse.server.query.HistoryWriter;
import io.gatehouse.server.query.QueryRegister;
import io.gatehouse.server.run.RunHost;
import io.gatehouse.server.run.RunPlanner;
import io.gatehouse.store.Store;
import java.time.Duration;

/** All that goes on in a server: its queries, its runs, and what is told of them. */
record Activity(Events events, QueryRegister queries, HistoryWriter history, RunHost runs) implements AutoCloseable {
    Activity {
        requireNonNull(events, "events is null");
        requireNonNull(queries, "queries is null");
        requireNonNull(history, "history is null");
        requireNonNull(runs, "runs is null");
    }

    static Activity begin(Store store, RunPlanner planner, ServerMetrics metrics, ServerLog log) {
        Events events = new Events(log::witness);
        return new Activity(
                events,
                new QueryRegister(query -> {
                    metrics.count(query);
                    events.publish(Topic.QUERY, query);
                }),
                new HistoryWriter(store),
                new RunHost(store, planner, events));
    }

    /**
     * Brings it to an end while clients are still answered.
     *
     * @param queryTime for queries that run
     * @param runTime for the shard that a run is at
     */
    void stop(Duration queryTime, Duration runTime) {
        queries.cancelAllAfter(queryTime);
        runs.stop(runTime);
        events.close();
    }

    @Override
    public void close() {
        queries.close();
        history.close();
    }
}
