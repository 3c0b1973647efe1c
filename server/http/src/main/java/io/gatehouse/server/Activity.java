package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.server.event.Events;
import io.gatehouse.server.event.Topic;
import io.gatehouse.server.model.ModelCatalog;
import io.gatehouse.server.query.HistoryWriter;
import io.gatehouse.server.query.MemoryWatch;
import io.gatehouse.server.query.QueryRegister;
import io.gatehouse.server.run.RunHost;
import io.gatehouse.server.run.RunPlanner;
import io.gatehouse.store.Store;
import java.time.Duration;

/** What a server does: its queries, its runs, their events, and its models. */
record Activity(
        Events events,
        QueryRegister queries,
        MemoryWatch memory,
        HistoryWriter history,
        RunHost runs,
        ModelCatalog models)
        implements AutoCloseable {
    Activity {
        requireNonNull(events, "events is null");
        requireNonNull(queries, "queries is null");
        requireNonNull(memory, "memory is null");
        requireNonNull(history, "history is null");
        requireNonNull(runs, "runs is null");
        requireNonNull(models, "models is null");
    }

    /** @param memory bytes that this process may hold */
    static Activity begin(
            Store store, RunPlanner planner, ModelCatalog models, ServerMetrics metrics, ServerLog log, long memory) {
        Events events = new Events(log::log);
        QueryRegister queries = new QueryRegister(query -> events.publish(Topic.QUERY, query), metrics::count);
        return new Activity(
                events,
                queries,
                new MemoryWatch(queries, memory),
                new HistoryWriter(store),
                new RunHost(store, planner, events),
                models);
    }

    /**
     * Ends it while responses are still sent.
     *
     * @param queryTime for queries that run
     * @param runTime for the current shard of a run
     */
    void stop(Duration queryTime, Duration runTime) {
        queries.cancelAllAfter(queryTime);
        models.close();
        runs.stop(runTime);
        events.close();
    }

    @Override
    public void close() {
        memory.close();
        queries.close();
        history.close();
    }
}
