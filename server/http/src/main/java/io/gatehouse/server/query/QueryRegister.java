package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.DaemonThreads;
import io.gatehouse.client.Query;
import io.gatehouse.store.query.PastQuery;
import io.javalin.http.ConflictResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queries being served and the last that ended. Cancels those whose client has left, and all of them when the server
 * stops; reports every change, and running queries four times a second.
 */
public final class QueryRegister implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QueryRegister.class);
    /** A query whose client has left keeps its cores until that is noticed. */
    private static final Duration WATCH_INTERVAL = Duration.ofMillis(25);
    /** Listeners hear of a running query at every n-th look. */
    private static final int LOOKS_BETWEEN_NEWS = 10;

    private static final int REMEMBERED = 100;
    /** Characters of SQL in lists and events, which would otherwise be megabytes. */
    private static final int SQL_SHOWN = 2000;

    private final Map<String, ServedQuery> running = new ConcurrentHashMap<>();
    private final Deque<ServedQuery> ended = new ArrayDeque<>();
    private final Consumer<QuerySnapshot> listener;
    private final Consumer<PastQuery> ending;
    private long looks;
    private final ScheduledExecutorService watch =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("gatehouse-query-watch"));

    /**
     * Watches the queries of a server.
     *
     * @param listener receives a query whenever it changes
     * @param ending receives each query that has ended
     */
    public QueryRegister(Consumer<QuerySnapshot> listener, Consumer<PastQuery> ending) {
        this.listener = requireNonNull(listener, "listener is null");
        this.ending = requireNonNull(ending, "ending is null");
        var unused = watch.scheduleWithFixedDelay(
                this::look, WATCH_INTERVAL.toMillis(), WATCH_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Registers a query that has arrived; closing it moves it to those that were. */
    ServedQuery enter(String id, Query statement, String format, QueryClient client) {
        ServedQuery query = new ServedQuery(id, statement, format, client, this::changed);
        if (running.putIfAbsent(id, query) != null) {
            throw new ConflictResponse("A query with the id \"%s\" is running.".formatted(id));
        }
        return query;
    }

    private void changed(ServedQuery query) {
        if (query.state().hasEnded()) {
            synchronized (ended) {
                ended.removeIf(older -> older.id().equals(query.id()));
                ended.addFirst(query);
                if (ended.size() > REMEMBERED) {
                    ended.removeLast();
                }
            }
            running.remove(query.id(), query);
            ending.accept(query.past());
        }
        listener.accept(query.snapshot(SQL_SHOWN));
    }

    Optional<ServedQuery> find(String id) {
        return Optional.ofNullable(running.get(id)).or(() -> {
            synchronized (ended) {
                return ended.stream().filter(query -> query.id().equals(id)).findFirst();
            }
        });
    }

    /** Running ones first, the youngest first. */
    List<QuerySnapshot> list() {
        List<ServedQuery> all = new ArrayList<>(running.values());
        all.sort(Comparator.comparing(ServedQuery::elapsedMs));
        synchronized (ended) {
            return Stream.concat(all.stream(), ended.stream())
                    .map(query -> query.snapshot(SQL_SHOWN))
                    .toList();
        }
    }

    /** Queries that have arrived and not ended, waiting ones included. */
    public int count() {
        return running.size();
    }

    /** Ends the query that was started last, long ones before short ones; false if none runs. */
    boolean endLatest(long limit) {
        Optional<ServedQuery> latest = running.values().stream()
                .filter(ServedQuery::isRunning)
                .max(Comparator.<ServedQuery, Boolean>comparing(
                                query -> query.preemption().isLong())
                        .thenComparing(query -> query.preemption().attemptStart()));
        latest.ifPresent(query -> query.endForMemory(limit));
        return latest.isPresent();
    }

    /** Cancels whatever still runs after the time given, or comes later. */
    public void cancelAllAfter(Duration patience) {
        var unused = watch.scheduleWithFixedDelay(
                () -> running.values().forEach(ServedQuery::cancel),
                patience.toMillis(),
                WATCH_INTERVAL.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }

    private void look() {
        boolean telling = ++looks % LOOKS_BETWEEN_NEWS == 0;
        running.values().forEach(query -> look(query, telling));
    }

    /** An error at one query must not end the watch over the others, as an exception in a schedule would. */
    private void look(ServedQuery query, boolean telling) {
        try {
            if (query.client().hasLeft()) {
                query.cancel();
            }
            query.look();
            if (telling && query.state() == QuerySnapshot.State.RUNNING) {
                listener.accept(query.snapshot(SQL_SHOWN));
            }
        } catch (RuntimeException e) {
            LOG.error("Query {} cannot be watched", query.id(), e);
        }
    }
}
