package io.gatehouse.server.event;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One listener's unread events. A listener that falls too far behind is dropped, and may connect again. */
final class Subscription implements AutoCloseable {
    private static final int BEHIND = 4000;

    private final Set<Topic> topics;
    private final Consumer<Subscription> atClose;
    private final LinkedBlockingQueue<Event> unread = new LinkedBlockingQueue<>(BEHIND);
    private volatile boolean ended;

    Subscription(Set<Topic> topics, Consumer<Subscription> atClose) {
        this.topics = Set.copyOf(topics);
        this.atClose = atClose;
    }

    void offer(Event event) {
        if (topics.contains(event.topic()) && !unread.offer(event)) {
            ended = true;
        }
    }

    /** Waits for the next event; empty if none came in that time. */
    Optional<Event> next(Duration patience) throws InterruptedException {
        return Optional.ofNullable(unread.poll(patience.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Whether no more will come. */
    boolean ended() {
        return ended;
    }

    void end() {
        ended = true;
    }

    @Override
    public void close() {
        atClose.accept(this);
    }
}
