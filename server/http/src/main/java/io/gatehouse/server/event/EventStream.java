package io.gatehouse.server.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.gatehouse.server.http.ClientConnection;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.RequestLine;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * {@code GET /v1/events}: one stream of server-sent events for all topics, because a browser opens only six connections to
 * a server. Each listener holds a thread, so their number is limited.
 */
public final class EventStream implements Handler {
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final Duration LOOK = Duration.ofMillis(500);

    private final Events events;
    private final int most;

    public EventStream(Events events, int most) {
        this.events = requireNonNull(events, "events is null");
        this.most = most;
    }

    @Override
    public void handle(Context context) throws IOException, InterruptedException {
        Set<Topic> topics = topics(context);
        if (events.listeners() >= most) {
            throw new HttpResponseException(
                    429, "%d clients are connected already, which is the limit.".formatted(most), Map.of());
        }
        Optional<String> lastId = Optional.ofNullable(context.header("Last-Event-ID"));
        Optional<Subscription> resumed = lastId.flatMap(id -> events.subscribeAfter(id, topics));
        try (Subscription subscription = resumed.orElseGet(() -> events.subscribe(topics))) {
            context.contentType("text/event-stream; charset=utf-8");
            context.header("X-Accel-Buffering", "no");
            if (RequestLine.isHead(context)) {
                return;
            }
            OutputStream out = context.res().getOutputStream();
            // A client that last read from an earlier start of the server, or too long ago, must read everything again.
            boolean missed = lastId.isPresent() && resumed.isEmpty();
            out.write((missed ? "retry: 1000\nevent: reset\ndata: {}\n\n" : "retry: 1000\n\n").getBytes(UTF_8));
            context.res().flushBuffer();
            follow(subscription, ClientConnection.of(context), out);
        }
    }

    private void follow(Subscription subscription, ClientConnection client, OutputStream out)
            throws IOException, InterruptedException {
        long lastSent = System.nanoTime();
        while (!subscription.ended() && !client.hasClosed()) {
            Optional<Event> event = subscription.next(LOOK);
            if (event.isPresent()) {
                out.write(event.get().toBytes(events.server()));
            } else if (System.nanoTime() - lastSent >= HEARTBEAT.toNanos()) {
                out.write(": still here\n\n".getBytes(UTF_8));
            } else {
                continue;
            }
            out.flush();
            lastSent = System.nanoTime();
        }
    }

    private static Set<Topic> topics(Context context) {
        String wish = Optional.ofNullable(context.queryParam("topics")).orElse("");
        if (wish.isBlank()) {
            return EnumSet.allOf(Topic.class);
        }
        return Arrays.stream(wish.split(",", -1))
                .map(EventStream::topic)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Topic.class)));
    }

    private static Topic topic(String id) {
        return Arrays.stream(Topic.values())
                .filter(topic -> topic.id().equals(id.strip()))
                .findFirst()
                .orElseThrow(() -> Json.invalid(
                        "There is no topic \"%s\"; there are query, run and schema.".formatted(id.strip())));
    }
}
