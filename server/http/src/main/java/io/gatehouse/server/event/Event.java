package io.gatehouse.server.event;

import static java.util.Objects.requireNonNull;

import io.gatehouse.server.http.Json;
import java.nio.charset.StandardCharsets;

/**
 * One event.
 *
 * @param number counts the events of a server from 1
 * @param data the content, written as JSON
 */
record Event(long number, Topic topic, Record data) {
    Event {
        requireNonNull(topic, "topic is null");
        requireNonNull(data, "data is null");
    }

    /** Writes it as {@code text/event-stream}. The id names the server too: after a restart numbers begin again. */
    byte[] toBytes(String server) {
        return "id: %s-%s\nevent: %s\ndata: %s\n\n"
                .formatted(server, number, topic.id(), Json.string(data))
                .getBytes(StandardCharsets.UTF_8);
    }
}
