package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.server.event.Topic;
import io.gatehouse.server.http.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of a server that is left running: a line of JSON for its start and its stop, for each query that ended and for
 * each change of a run. It says who, when, how much and how long; what was asked and what was found is not in it.
 */
final class ServerLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerLog.class);
    private static final List<String> OF_A_QUERY = List.of("queryId", "state", "format", "rows", "elapsedMs");
    private static final List<String> OF_A_RUN = List.of("name", "status", "answered", "questions");

    private final OutputStream out;
    private final Map<String, String> runs = new HashMap<>();

    private ServerLog(OutputStream out) {
        this.out = requireNonNull(out, "out is null");
    }

    /** One that goes on at the end of a file, or none. */
    static ServerLog of(Optional<Path> file) {
        return new ServerLog(file.map(ServerLog::append).orElseGet(OutputStream::nullOutputStream));
    }

    private static OutputStream append(Path file) {
        try {
            return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
    }

    void started(String uri, ServerSettings settings, Path database) {
        write(Json.object()
                .put("event", "server-started")
                .put("uri", uri)
                .put("database", String.valueOf(database.getFileName()))
                .put("version", settings.version()));
    }

    void stopped() {
        write(Json.object().put("event", "server-stopped"));
    }

    /** Takes down what is worth it of all that is told. */
    void witness(Topic topic, ObjectNode data) {
        if (topic == Topic.QUERY && List.of("finished", "failed", "cancelled").contains(text(data, "state"))) {
            write(chosen("query-ended", data, OF_A_QUERY));
        } else if (topic == Topic.RUN && changed(text(data, "name"), text(data, "status"))) {
            write(chosen("run-" + text(data, "status"), data, OF_A_RUN));
        }
    }

    private synchronized boolean changed(String run, String status) {
        return !status.equals(runs.put(run, status));
    }

    /** The reason of a failure is told by its code: its words may hold values. */
    private static ObjectNode chosen(String event, ObjectNode data, List<String> fields) {
        ObjectNode line = Json.object().put("event", event);
        fields.stream().filter(data::has).forEach(field -> line.set(field, data.get(field)));
        if (data.path("error").has("code")) {
            line.set("code", data.path("error").get("code"));
        }
        return line;
    }

    private static String text(ObjectNode data, String field) {
        return data.path(field).asText();
    }

    private synchronized void write(ObjectNode line) {
        ObjectNode dated = Json.object().put("time", Instant.now().toString());
        dated.setAll(line);
        try {
            out.write((new String(Json.bytes(dated), StandardCharsets.UTF_8) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.warn("The log cannot be written: {}", e.toString());
        }
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            LOG.warn("The log cannot be closed: {}", e.toString());
        }
    }
}
