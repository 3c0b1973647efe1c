package io.gatehouse.server.event;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/** Sends events to all listeners, and keeps the last ones for clients whose connection broke. */
public final class Events implements AutoCloseable {
    private static final int KEPT = 2000;

    private final Consumer<Record> observer;
    private final String server = UUID.randomUUID().toString().substring(0, 8);
    private final Deque<Event> last = new ArrayDeque<>();
    private final Set<Subscription> subscriptions = new HashSet<>();
    private long number;
    private boolean closed;

    /** @param observer receives the data of every event, before the listeners */
    public Events(Consumer<Record> observer) {
        this.observer = requireNonNull(observer, "observer is null");
    }

    /** Names this start of the server. */
    String server() {
        return server;
    }

    public synchronized void publish(Topic topic, Record data) {
        observer.accept(data);
        Event event = new Event(++number, topic, data);
        last.addLast(event);
        if (last.size() > KEPT) {
            last.removeFirst();
        }
        subscriptions.forEach(subscription -> subscription.offer(event));
    }

    /** Listens from now on. */
    synchronized Subscription subscribe(Set<Topic> topics) {
        Subscription subscription = new Subscription(topics, this::unsubscribe);
        subscriptions.add(subscription);
        if (closed) {
            subscription.end();
        }
        return subscription;
    }

    /**
     * Listens from after an event on.
     *
     * @param lastEventId the id of an event as clients have it
     * @return empty if what came after it is no longer known
     */
    synchronized Optional<Subscription> subscribeAfter(String lastEventId, Set<Topic> topics) {
        Optional<Long> seen = number(lastEventId).filter(from -> from <= number && from + last.size() >= number);
        return seen.map(from -> {
            Subscription subscription = subscribe(topics);
            List.copyOf(last).stream().filter(event -> event.number() > from).forEach(subscription::offer);
            return subscription;
        });
    }

    public synchronized int listeners() {
        return subscriptions.size();
    }

    /** Ends all streams. */
    @Override
    public synchronized void close() {
        closed = true;
        subscriptions.forEach(Subscription::end);
    }

    private synchronized void unsubscribe(Subscription subscription) {
        subscriptions.remove(subscription);
    }

    private Optional<Long> number(String lastEventId) {
        String prefix = server + "-";
        if (!lastEventId.startsWith(prefix)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Long.parseLong(lastEventId.substring(prefix.length())));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
