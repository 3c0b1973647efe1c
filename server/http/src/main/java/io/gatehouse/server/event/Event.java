package io.gatehouse.server.event;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.server.http.Json;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One event.
 *
 * @param number counts the events of a server from 1
 */
record Event(long number, Topic topic, ObjectNode data) {
    Event {
        requireNonNull(topic, "topic is null");
        requireNonNull(data, "data is null");
    }

    /** As {@code text/event-stream} has it. The id names the server too: after a restart numbers begin again. */
    byte[] toBytes(String server) {
        String data = new String(Json.bytes(data()), StandardCharsets.UTF_8);
        return "id: %s-%d\nevent: %s\ndata: %s\n\n"
                .formatted(server, number, topic.name().toLowerCase(Locale.ROOT), data)
                .getBytes(StandardCharsets.UTF_8);
    }
}
