package io.gatehouse.bench.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;

/** A run in a server, seen from outside: started, and looked at until it has ended. */
final class ServedRun {
    private ServedRun() {}

    /**
     * Starts a run and waits for its end.
     *
     * @param options as {@code POST /v1/runs} takes them, with a name
     * @param every between two looks at it
     * @param seen is told what each look saw
     * @return what the last one saw
     */
    static JsonNode follow(URI server, ObjectNode options, Duration every, Consumer<JsonNode> seen)
            throws IOException, InterruptedException {
        try (OneRequest start = OneRequest.post(server, "v1/runs", options.toString())) {
            start.json();
        }
        String path = "v1/runs/" + options.path("name").asText();
        while (true) {
            JsonNode run = look(server, path);
            seen.accept(run);
            switch (run.path("status").asText()) {
                case "waiting", "loading", "running" -> Thread.sleep(every.toMillis());
                default -> {
                    return run;
                }
            }
        }
    }

    /** Whether it ended as it should. */
    static boolean isComplete(JsonNode run) {
        return run.path("status").asText().equals("complete");
    }

    private static JsonNode look(URI server, String path) throws IOException {
        try (OneRequest request = OneRequest.send(server, "GET", path)) {
            return request.json();
        }
    }
}
